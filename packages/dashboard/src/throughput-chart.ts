import { formatCount, formatDuration, formatRate } from "./format.ts";
import { type Html, html } from "./html.ts";

const width = 520;
const height = 200;
const margin = { left: 52, right: 12, top: 12, bottom: 26 } as const;

interface Point {
  /** Seconds since the first point. */
  readonly at: number;
  readonly perSecond: number;
}

/**
 * Images per second over time, from `[milliseconds since 1970, images]` of a count that grows. A restarted count begins a
 * new stretch. Says the same in words to those who cannot see it.
 */
export function throughputChart(series: readonly (readonly [number, number])[]): Html {
  const points = ratesOf(series);
  if (points.length < 2 || points.every(({ perSecond }) => perSecond === 0))
    return html`<p class="empty">Throughput is drawn once there are a few seconds of it.</p>`;
  const last = ((series.at(-1)?.[0] ?? 0) - (series[0]?.[0] ?? 0)) / 1000;
  const peak = Math.max(...points.map(({ perSecond }) => perSecond), 1e-9);
  const top = niceCeiling(peak);
  const x = (at: number): number => margin.left + (at / last) * (width - margin.left - margin.right);
  const y = (value: number): number => height - margin.bottom - (value / top) * (height - margin.top - margin.bottom);
  const line = points.map(
    ({ at, perSecond }, i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(perSecond).toFixed(1)}`,
  );
  const area = `${line.join("")}L${x(points.at(-1)?.at ?? 0).toFixed(1)} ${y(0)}L${x(points[0]?.at ?? 0).toFixed(1)} ${y(0)}Z`;
  const done = (series.at(-1)?.[1] ?? 0) - (series[0]?.[1] ?? 0);
  const words = `${formatCount(done)} images in ${formatDuration(last)}, ${formatRate(done / last)} a second on average and ${formatRate(peak)} at most`;
  return html`<figure class="chart"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Throughput: ${words}">
${[0, 0.5, 1].map((share) => {
  const value = top * share;
  return html`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(value)}" y2="${y(value)}"/><text x="${margin.left - 8}" y="${y(value) + 4}" text-anchor="end">${formatRate(value)}</text>`;
})}
<path class="area" d="${area}"/><path class="line" d="${line.join("")}"/>
<text x="${margin.left}" y="${height - 8}">0 s</text><text x="${width - margin.right}" y="${height - 8}" text-anchor="end">${formatDuration(last)}</text>
</svg><figcaption>${words}.</figcaption></figure>`;
}

/** Most intervals that are drawn. */
const maxIntervals = 60;
/** Fewest, where there is time for them; images come a batch at a time, so that shorter ones say little. */
const fewIntervals = 4;
const calmSeconds = 2;

/**
 * The rate of each interval, at its middle. Intervals are equally long, whenever the counts were taken: between two of these
 * it went on evenly. One that is not over yet has no rate.
 */
function ratesOf(series: readonly (readonly [number, number])[]): Point[] {
  const seconds = ((series.at(-1)?.[0] ?? 0) - (series[0]?.[0] ?? 0)) / 1000;
  const length = Math.max(seconds / maxIntervals, Math.min(calmSeconds, seconds / fewIntervals));
  if (seconds < 1) return [];
  const intervals = Math.floor(seconds / length + 1e-9);
  const counts = Array.from({ length: intervals + 1 }, (_, i) => i * length).map(growthOf(series));
  return counts
    .slice(1)
    .map((count, i) => ({ at: (i + 0.5) * length, perSecond: (count - (counts[i] ?? 0)) / length }));
}

/** Images by a number of seconds after the first count, to be asked for ascending times. */
function growthOf(series: readonly (readonly [number, number])[]): (seconds: number) => number {
  const begin = series[0]?.[0] ?? 0;
  let next = 1;
  let before = 0;
  const growth = (): number => Math.max(0, (series[next]?.[1] ?? 0) - (series[next - 1]?.[1] ?? 0));
  return (seconds) => {
    const at = begin + seconds * 1000;
    for (; next < series.length && (series[next]?.[0] ?? at) <= at; next++) before += growth();
    const [from, to] = [series[next - 1]?.[0] ?? at, series[next]?.[0] ?? at];
    return before + (next < series.length && to > from ? (growth() * (at - from)) / (to - from) : 0);
  };
}

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}
