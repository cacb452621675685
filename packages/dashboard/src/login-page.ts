import { type Html, html } from "./html.ts";
import { logo } from "./page-shell.ts";

export interface LoginFacts {
  readonly link: (path: string) => string;
  /** The stylesheet, as it stands in the page: nobody gets a file without having logged in. */
  readonly style: Html;
  readonly next: string;
  readonly name: string;
  readonly problem: string | undefined;
}

export function loginPage({ link, style, next, name, problem }: LoginFacts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Log in · Pomona</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body class="login">
<main>
<form method="post" action="${link("/login")}">
<h1>${logo} Pomona</h1>
<p class="muted">Images in, features out: the operators' pages.</p>
${problem === undefined ? "" : html`<p class="notice bad" role="alert">${problem}</p>`}
<input type="hidden" name="next" value="${next}">
<label>Name <input name="name" value="${name}" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button class="primary">Log in</button>
</form>
</main>
</body>
</html>`;
}
