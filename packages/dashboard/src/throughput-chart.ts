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
  const last = points.at(-1)?.at ?? 1;
  const peak = Math.max(...points.map(({ perSecond }) => perSecond), 1e-9);
  const top = niceCeiling(peak);
  const x = (at: number): number => margin.left + (at / last) * (width - margin.left - margin.right);
  const y = (value: number): number => height - margin.bottom - (value / top) * (height - margin.top - margin.bottom);
  const line = points.map(
    ({ at, perSecond }, i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(perSecond).toFixed(1)}`,
  );
  const area = `${line.join("")}L${x(last).toFixed(1)} ${y(0)}L${x(points[0]?.at ?? 0).toFixed(1)} ${y(0)}Z`;
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

/** Most points that are drawn: neighbours are drawn as one above that. */
const maxPoints = 120;
/** An interval that is this much shorter than the usual one says more about when a batch ended than about a rate. */
const shortest = 0.5;

/**
 * A rate for each interval. The newest count may have come right after the one before it: then it ends the last interval
 * instead of being one.
 */
function ratesOf(series: readonly (readonly [number, number])[]): Point[] {
  const every = Math.max(1, Math.ceil(series.length / maxPoints));
  const some = series.filter((_, i) => i % every === 0 || i === series.length - 1);
  const usual = median(some.slice(1).map(([at], i) => at - (some[i]?.[0] ?? at)));
  const [last, before] = [some.at(-1), some.at(-2)];
  if (some.length > 2 && last !== undefined && before !== undefined && last[0] - before[0] < shortest * usual) {
    some.splice(-2, 1);
  }
  const begin = some[0]?.[0] ?? 0;
  return some.slice(1).flatMap(([at, done], i) => {
    const [before, doneBefore] = some[i] ?? [at, done];
    const seconds = (at - before) / 1000;
    return seconds <= 0 || done < doneBefore
      ? []
      : [{ at: (at - begin) / 1000, perSecond: (done - doneBefore) / seconds }];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}
