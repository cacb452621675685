import { describe, expect, test } from "vitest";
import { Html, html } from "../src/html.ts";

const hostile = "<img src=x onerror=alert(1)>\"'&.jpg";

describe("a template", () => {
  test("shows values as text, between tags and in attributes", () => {
    const text = "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;.jpg";
    expect(String(html`<a title="${hostile}">${hostile}</a>`)).toBe(`<a title="${text}">${text}</a>`);
  });

  test("takes other templates and lists of them as they are, and leaves out what is nothing", () => {
    const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
    expect(String(html`<ul>${items}${undefined}${false}${null}${0}</ul>`)).toBe(
      "<ul><li>a</li><li>&lt;b&gt;</li>0</ul>",
    );
    expect(String(html`${new Html("<hr>")}`)).toBe("<hr>");
  });
});
