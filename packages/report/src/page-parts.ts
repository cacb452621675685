import { type Html, html, trusted } from "./html.ts";
import type { Chart } from "./render-chart.ts";

/** What sections draw from. */
export interface PageContext {
  /** The picture of an image, or a plain field where there is none. */
  photo(path: string, caption?: Html | string): Html;
  hasPhoto(path: string): boolean;
}

export interface Tile {
  readonly value: string;
  readonly label: string;
  readonly note?: string | undefined;
}

export function tile({ value, label, note }: Tile): Html {
  return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd>${note !== undefined && html`<dd class="note">${note}</dd>`}</div>`;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** What one sees here, and how to read it. */
  readonly lead: Html | string;
  readonly body: Html | readonly Html[];
}

export function section({ id, title, lead, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><p class="lead">${lead}</p>${body}</section>`;
}

/** A drawn chart, with what it shows in words for those who don't see it. */
export function figure(chart: Chart | undefined, name: string, description: string): Html {
  if (chart === undefined) return html``;
  return html`<figure class="chart" id="chart-${name}" role="img" aria-label="${description}">${trusted(chart.inline)}</figure>`;
}

export function table(heads: readonly string[], rows: readonly (readonly (Html | string | number)[])[]): Html {
  const isNumber = (i: number): boolean =>
    rows.every((row) => typeof row[i] === "number" || /^[−\d]/.test(String(row[i])));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${heads.join(", ")}"><table><thead><tr>${heads.map(
    (head, i) => html`<th scope="col"${isNumber(i) && trusted(' class="n"')}>${head}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, i) => html`<td${isNumber(i) && trusted(' class="n"')}>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** What is rarely asked for, folded away. */
export function details(summary: string, body: Html): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`;
}

export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${n === 1 ? one : many}`;
}

export function whole(n: number): string {
  return n.toLocaleString("en-US");
}

/** `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return "> 32,768 ms";
  return `${ms < 10 ? Number(ms.toFixed(2)) : whole(Math.round(ms))} ms`;
}

/** Two decimals where that says something, else three significant digits. */
export function decimal(value: number): string {
  return Math.abs(value) >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(3);
}

/** The last folders and the name of a path. */
export function shortPath(path: string): string {
  return path.split("/").slice(-2).join("/");
}
