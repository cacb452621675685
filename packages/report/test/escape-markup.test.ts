import { expect, test } from "vitest";
import { escapeMarkup } from "../src/escape-markup.ts";

test("text can neither begin a tag nor end an attribute", () => {
  expect(escapeMarkup(`<b title="x" y='z'>&amp;`)).toBe("&lt;b title=&quot;x&quot; y=&#39;z&#39;&gt;&amp;amp;");
});

test("what neither HTML nor XML can hold is replaced; lines and tabs stay", () => {
  expect(escapeMarkup("a\u0000b\ud800c\u007fd\uffffe\n\tf")).toBe("a\ufffdb\ufffdc\ufffdd\ufffde\n\tf");
});
