import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { renderInputTables } from "../support/render-table.ts";

const page = new URL("../../docs/input.md", import.meta.url);

/** `UPDATE_DOCS=1` writes the tables anew into the page. */
describe("docs/input.md", () => {
  it.each(Object.entries(renderInputTables()))("shows the table of %s that drives the tests", async (name, table) => {
    const text = await readFile(page, "utf8");
    const section = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`);
    if (process.env.UPDATE_DOCS)
      await writeFile(
        page,
        text.replace(section, (_, start, end) => start + table + end),
      );
    expect(section.exec(await readFile(page, "utf8"))?.[0]).toBe(`<!-- ${name} -->\n${table}\n<!-- end -->`);
  });
});
