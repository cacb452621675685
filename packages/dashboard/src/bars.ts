import { type Html, html } from "./html.ts";

/** A share as a bar; its number stands beside it, so it says nothing to those who listen. */
export function shareBar(share: number, kind = "plain"): Html {
  const width = Math.max(0, Math.min(100, share * 100)).toFixed(2);
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="bar-rest" width="100" height="8"/><rect class="bar-${kind}" width="${width}" height="8"/></svg>`;
}

export interface ProgressParts {
  readonly featurized: number;
  readonly quarantined: number;
  readonly listed: number;
  /** Whether `listed` is all there is. */
  readonly isListed: boolean;
}

/** Done and quarantined images of all that are known, as one bar. */
export function progressBar({ featurized, quarantined, listed, isListed }: ProgressParts, label: string): Html {
  const share = (n: number): number => (listed === 0 ? 0 : (100 * n) / listed);
  const done = share(featurized);
  const percent = Math.round(share(featurized + quarantined));
  return html`<div class="progress${isListed ? "" : " open-ended"}" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="bar-rest" width="100" height="8"/><rect class="bar-done" width="${done.toFixed(2)}" height="8"/><rect class="bar-bad" x="${done.toFixed(2)}" width="${share(quarantined).toFixed(2)}" height="8"/></svg></div>`;
}
