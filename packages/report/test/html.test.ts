import { expect, test } from "vitest";
import { html, jsonText, toText, trusted } from "../src/html.ts";

test("what is put in is escaped, lists are joined, nothing shows as nothing", () => {
  const items = ["<b>", `"&'`].map((text) => html`<li title="${text}">${text}</li>`);
  expect(toText(html`<ul>${items}</ul>${null}${false}${undefined}${0}${trusted("<hr>")}`)).toBe(
    '<ul><li title="&lt;b&gt;">&lt;b&gt;</li><li title="&quot;&amp;&#39;">&quot;&amp;&#39;</li></ul>0<hr>',
  );
});

test("what HTML can't hold is replaced", () => {
  expect(toText(html`${"a\u0000b\ud800c"}`)).toBe("a\ufffdb\ufffdc");
});

test("JSON can't end its element", () => {
  const value = { path: "</script><!--\u2028" };
  const text = toText(jsonText(value));
  expect(text).not.toMatch(/[<>\u2028]/);
  expect(JSON.parse(text)).toEqual(value);
});
