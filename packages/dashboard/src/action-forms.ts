import { type Content, type Html, html } from "./html.ts";
import { mayAct, type PageContext } from "./page-context.ts";
import type { RunSummary } from "./run-view.ts";

interface Action {
  readonly name: "pause" | "resume" | "cancel" | "retry";
  readonly text: string;
  readonly isDangerous?: boolean;
}

const pause: Action = { name: "pause", text: "Pause" };
const resume: Action = { name: "resume", text: "Resume" };
const cancel: Action = { name: "cancel", text: "Cancel run", isDangerous: true };
const retry: Action = { name: "retry", text: "Retry run" };

const actionsOf: Readonly<Record<RunSummary["state"], readonly Action[]>> = {
  opening: [cancel],
  waiting: [pause, cancel],
  running: [pause, cancel],
  paused: [resume, cancel],
  publishing: [],
  done: [],
  failed: [retry],
  cancelled: [retry],
  replaced: [],
};

/** What this viewer may do with a run in its state. */
export function actionForms({ run, state }: RunSummary, context: PageContext): Html {
  if (!mayAct(context)) return html``;
  return html`${actionsOf[state].map(({ name, text, isDangerous }) =>
    actionForm(
      context,
      `/runs/${run}/${name}`,
      html`<button class="${isDangerous ? "danger" : "primary"}"${isDangerous ? html` data-confirm="Cancel run ${run}? What is stored stays, and it can be retried."` : ""}>${text}</button>`,
    ),
  )}`;
}

/** A form that acts: it carries the token without which nothing is done. */
export function actionForm({ viewer, link }: PageContext, path: string, content: Content, className = ""): Html {
  return html`<form method="post" action="${link(path)}" class="${className}"><input type="hidden" name="csrf" value="${viewer.csrf}">${content}</form>`;
}
