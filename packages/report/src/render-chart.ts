import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { chartConfig, standalone } from "./chart-theme.ts";

/** A chart in its forms. */
export interface Chart {
  /** For a page that gives the theme's custom properties. */
  readonly inline: string;
  /** A document of its own. */
  readonly svg: string;
  readonly png: Uint8Array;
}

const pngFont = "DejaVu Sans";
const pngScale = 2;

/** Draws a chart without a browser: vega-lite to SVG, and that to PNG with a font that comes along. */
export async function renderChart(spec: TopLevelSpec): Promise<Chart> {
  const { spec: compiled } = compile({ ...spec, config: chartConfig });
  const view = new View(parse(compiled), { renderer: "none" });
  const inline = shorten(await view.toSVG());
  view.finalize();
  const svg = `${standalone(inline, "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif")}\n`;
  return { inline, svg, png: await toPng(standalone(inline, pngFont)) };
}

/**
 * A hundredth of a pixel is enough: coordinates come with up to 17 digits. Roles of the parts go: a chart is one picture,
 * described as a whole by whoever shows it.
 */
function shorten(svg: string): string {
  return svg.replace(/(\d\.\d\d)\d+/g, "$1").replace(/ (?:role|aria-roledescription)="[^"]*"/g, "");
}

let ready: Promise<readonly Uint8Array[]> | undefined;

async function toPng(svg: string): Promise<Uint8Array> {
  ready ??= prepare();
  const fontBuffers = [...(await ready)];
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: pngScale },
    font: { fontBuffers, defaultFontFamily: pngFont, sansSerifFamily: pngFont },
  });
  try {
    return picture.render().asPng();
  } finally {
    picture.free();
  }
}

/** Loads the renderer once in this process; answers with the fonts. */
async function prepare(): Promise<readonly Uint8Array[]> {
  const require = createRequire(import.meta.url);
  await initWasm(await readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  const fonts = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];
  return Promise.all(fonts.map((name) => readFile(require.resolve(`dejavu-fonts-ttf/ttf/${name}`))));
}
