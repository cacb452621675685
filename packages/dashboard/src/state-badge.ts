import type { RunState } from "@pomona/core";
import { type Html, html } from "./html.ts";

/** A shape for each state beside its colour and its name: none of the three is needed to read the others. */
const shapes: Readonly<Record<RunState, string>> = {
  opening: "M3 8a5 5 0 1 1 10 0",
  waiting: "M8 3v5l3 2",
  running: "M5 3l8 5-8 5z",
  paused: "M4 3h3v10H4zM9 3h3v10H9z",
  publishing: "M8 13V4M4 8l4-4 4 4",
  done: "M3 8.500l3.500 3.500L13 4.500",
  failed: "M4 4l8 8M12 4l-8 8",
  cancelled: "M4 8h8",
  replaced: "M4 6h8M4 10h8",
};

export function stateBadge(state: RunState): Html {
  return html`<span class="badge state-${state}"><svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="${shapes[state]}"/></svg>${state}</span>`;
}
