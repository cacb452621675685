import type { Config } from "vega-lite";

/**
 * Colours and fonts of charts are names at first: in a page they are custom properties of its style, so that a chart is
 * light or dark with it; a file of its own gets the light ones.
 */
export const token = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  line: "var(--line)",
  paper: "var(--chart-paper)",
  accent: "var(--accent)",
  second: "var(--second)",
  font: "var(--chart-font)",
} as const;

const light: Readonly<Record<string, string>> = {
  [token.ink]: "#1f2430",
  [token.muted]: "#626b7f",
  [token.line]: "#e3e5ec",
  [token.paper]: "#ffffff",
  [token.accent]: "#b3324a",
  [token.second]: "#2f7d4f",
};

/** The chart as a document of its own, in light colours and the font named. */
export function standalone(svg: string, font: string): string {
  const coloured = Object.entries(light).reduce((text, [name, colour]) => text.replaceAll(name, colour), svg);
  return coloured.replaceAll(token.font, font);
}

/** Told apart by people with any colour vision, on light and on dark ground: Okabe and Ito's, darkened or lightened. */
const named = ["#0a78b5", "#d9822b", "#109d72", "#cf4f30", "#b8679a", "#4aa3df", "#8d7b1f", "#7768c9"] as const;

/** One colour a label. Above eight, hues a golden angle apart: neighbours in the list are far apart in colour. */
export function labelColours(count: number): string[] {
  if (count <= named.length) return named.slice(0, count);
  return Array.from({ length: count }, (_, i) => hslToHex((i * 137.508) % 360, 0.58, i % 2 === 0 ? 0.46 : 0.58));
}

/** Marks differ too, so that nothing hangs on colour alone. */
export const labelShapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"] as const;

/** Pixels that a chart has to itself, without its axes. */
export const chartWidth = 820;

export const chartConfig: Config = {
  background: token.paper,
  font: token.font,
  padding: 6,
  view: { stroke: null },
  aria: false,
  axis: {
    domainColor: token.line,
    tickColor: token.line,
    gridColor: token.line,
    labelColor: token.muted,
    titleColor: token.ink,
    labelFontSize: 12,
    titleFontSize: 12.5,
    titleFontWeight: "normal",
    titlePadding: 10,
    labelPadding: 5,
    domain: false,
    ticks: false,
  },
  legend: { labelColor: token.muted, titleColor: token.ink, labelFontSize: 12, titleFontSize: 12 },
  title: { color: token.ink, fontSize: 15, fontWeight: 600, anchor: "start", offset: 14 },
  text: { color: token.ink },
};

function hslToHex(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
