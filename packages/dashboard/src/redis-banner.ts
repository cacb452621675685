import { type Html, html } from "./html.ts";
import type { PoolState } from "./pool-link.ts";

/** Says that Redis is away, and what that means for what is shown. */
export function redisBanner({ trouble, at }: PoolState, isConfigured: boolean): Html {
  if (!isConfigured || trouble === undefined || at === 0) return html``;
  return html`<div class="notice warn" role="status"><strong>Redis does not answer.</strong> ${trouble}. What is shown comes from the store; this page recovers by itself.</div>`;
}
