import { type Html, html } from "./html.ts";
import type { Fragments } from "./live-feed.ts";
import type { PageContext } from "./page-context.ts";

export interface Page {
  readonly title: string;
  /** Which entry of the menu it belongs to. */
  readonly section: "runs" | "pool" | "submit" | "none";
  readonly body: Html;
  /** Path of the events that keep it up to date. */
  readonly events?: string;
}

/** The frame of every page: menu, who is there, banner. */
export function renderPage(page: Page, context: PageContext, banner: Html): Html {
  const { viewer, link, readOnly } = context;
  const entry = (section: Page["section"], path: string, text: string): Html =>
    html`<a href="${link(path)}"${page.section === section ? html` aria-current="page"` : ""}>${text}</a>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Pomona</title>
<link rel="icon" href="${link("/assets/pomona.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${link("/assets/dashboard.css")}">
<script src="${link("/assets/live.js")}" defer></script>
</head>
<body${page.events === undefined ? "" : html` data-events="${link(page.events)}"`}>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="${link("/")}">${logo}<span>Pomona</span></a>
<nav aria-label="Main">
${entry("runs", "/", "Runs")}
${entry("pool", "/pool", "Pool")}
${readOnly || viewer.role !== "operator" ? "" : entry("submit", "/submit", "New run")}
<a href="${link("/queues/")}">Queues</a>
</nav>
<div class="who"><span title="${viewer.role}${readOnly ? ", read-only" : ""}">${viewer.name} <small>${viewer.role}</small></span>
${
  viewer.canLogOut
    ? html`<form method="post" action="${link("/logout")}"><input type="hidden" name="csrf" value="${viewer.csrf}"><button class="quiet">Log out</button></form>`
    : ""
}</div>
</header>
<div id="banner" class="banners" aria-live="polite">${banner}</div>
<main id="main" tabindex="-1">
${page.body}
</main>
<footer><span id="live-state" class="live-state" role="status">${page.events === undefined ? "" : "not live"}</span></footer>
</body>
</html>`;
}

/** A part of a page that is kept up to date; `id` is its name among the fragments. */
export function fragment(id: string, fragments: Fragments, className = ""): Html {
  return html`<div id="${id}" class="${className}">${fragments[id]}</div>`;
}

export const logo = html`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path class="logo-fruit" d="M12 8.2c-1.6-1.1-6.6-1.8-7.6 3.2C3.500 16 7 21.500 9.600 21.500c1.100 0 1.500-.6 2.400-.6s1.300.6 2.400.6c2.600 0 6.100-5.500 5.200-10.100-1-5-6-4.300-7.600-3.200z"/><path class="logo-leaf" d="M12.300 6.900c-.3-2.700 1.500-4.600 4.500-4.800.2 2.900-1.700 4.800-4.500 4.800z"/></svg>`;
