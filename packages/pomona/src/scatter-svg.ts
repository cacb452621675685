import { escapeMarkup } from "@pomona/report";

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  /** Shown where the pointer rests on the point. */
  readonly title: string;
}

export interface ScatterOptions {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
}

/** Okabe and Ito's colours that people with any colour vision tell apart (https://jfly.uni-koeln.de/color/). */
const colours = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000"] as const;

/** Paths about (0, 0), so that a label is told by shape as well as by colour. */
const shapes = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  "M-3.6-3.6h7.2v7.2h-7.2z",
  "M0-4.8 4.5 3.2h-9z",
  "M0-5 5 0 0 5-5 0z",
  "M0 4.8 4.5-3.2h-9z",
  "M-5-1.7h3.3v-3.3h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3z",
] as const;

const size = { width: 900, height: 600 } as const;
const plot = { left: 76, top: 64, right: 650, bottom: 530 } as const;
/** Labels that the legend has room for. */
const legendRows = 22;

/**
 * A scatter plot as a self-contained SVG document: one mark a point, told apart by label. Points without two finite
 * coordinates are left out. Text is escaped; control characters, which XML can't hold, become U+FFFD.
 */
export function scatterSvg(points: readonly ScatterPoint[], { title, xTitle, yTitle }: ScatterOptions): string {
  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const labels = [...new Set(shown.map(({ label }) => label))].sort();
  const x = linearScale(extent(shown.map((point) => point.x)), plot.left, plot.right);
  const y = linearScale(extent(shown.map((point) => point.y)), plot.bottom, plot.top);
  const order = new Map(labels.map((label, i) => [label, i]));
  const middleX = (plot.left + plot.right) / 2;
  const middleY = (plot.top + plot.bottom) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13" fill="#333">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${plot.left}" y="34" font-size="18" font-weight="600" fill="#111">${escapeMarkup(title)}</text>`,
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), plot.top, x.at(tick), plot.bottom, tick === 0),
      `<text x="${round(x.at(tick))}" y="${plot.bottom + 20}" text-anchor="middle">${number(tick)}</text>`,
    ]),
    ...y.ticks.flatMap((tick) => [
      line(plot.left, y.at(tick), plot.right, y.at(tick), tick === 0),
      `<text x="${plot.left - 10}" y="${round(y.at(tick) + 4.5)}" text-anchor="end">${number(tick)}</text>`,
    ]),
    `<text x="${middleX}" y="${plot.bottom + 48}" text-anchor="middle" fill="#111">${escapeMarkup(xTitle)}</text>`,
    `<text transform="translate(22 ${middleY}) rotate(-90)" text-anchor="middle" fill="#111">${escapeMarkup(yTitle)}</text>`,
    `<g fill-opacity="0.75" stroke="#fff" stroke-width="0.7">`,
    ...shown.map((point) =>
      mark(x.at(point.x), y.at(point.y), order.get(point.label) ?? 0, `<title>${escapeMarkup(point.title)}</title>`),
    ),
    "</g>",
    ...legend(labels, shown),
    "</svg>",
    "",
  ].join("\n");
}

function legend(labels: readonly string[], points: readonly ScatterPoint[]): string[] {
  const rows = labels.slice(0, labels.length > legendRows ? legendRows - 1 : legendRows).flatMap((label, i) => {
    const count = points.filter((point) => point.label === label).length;
    const y = plot.top + 10 + i * 21;
    const text = `${shorten(label)} (${count})`;
    return [mark(plot.right + 26, y, i), `<text x="${plot.right + 40}" y="${y + 4.5}">${escapeMarkup(text)}</text>`];
  });
  if (labels.length <= legendRows) return rows;
  const rest = `… and ${labels.length - legendRows + 1} more`;
  return [...rows, `<text x="${plot.right + 40}" y="${plot.top + 14.5 + (legendRows - 1) * 21}">${rest}</text>`];
}

/** Colour and shape go round at different lengths, so 42 labels are all different. */
function mark(x: number, y: number, index: number, content = ""): string {
  const shape = shapes[index % shapes.length];
  const colour = colours[index % colours.length];
  return `<path transform="translate(${round(x)} ${round(y)})" d="${shape}" fill="${colour}">${content}</path>`;
}

function line(x1: number, y1: number, x2: number, y2: number, strong: boolean): string {
  const stroke = strong ? "#aaa" : "#e4e4e4";
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${stroke}" fill="none"/>`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Takes an interval, with a margin of 4 %, to pixels; ticks at multiples of 1, 2 or 5 times a power of ten. */
function linearScale([low, high]: readonly [number, number], from: number, to: number): Scale {
  const margin = (high - low) * 0.04 || Math.abs(low) * 0.04 || 1;
  const [start, end] = [low - margin, high + margin];
  const rough = (end - start) / 7;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(start / step);
  const count = Math.max(0, Math.floor(end / step) - first + 1);
  return {
    ticks: Array.from({ length: count }, (_, i) => (first + i) * step),
    at: (value) => from + ((value - start) / (end - start)) * (to - from),
  };
}

function extent(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? [0, 1] : [low, high];
}

function number(value: number): string {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length > 20 ? `${characters.slice(0, 19).join("")}…` : text;
}
