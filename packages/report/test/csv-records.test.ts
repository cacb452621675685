import fc from "fast-check";
import { expect, test } from "vitest";
import { countCsvRecords } from "../src/csv-records.ts";

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([
  ["", 0],
  ["a", 1],
  ["a\n", 1],
  ["a\r\nb\r\n", 2],
  ["a\nb", 2],
  ['"a\nb"\nc\n', 2],
  ['"a""\n""b"\nc\n', 2],
])("%j has %i records", async (text, records) => {
  expect(await countCsvRecords(pieces(text, 2))).toBe(records);
});

test("any cells, cut anywhere", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', "\n", ",", "é") });
  await fc.assert(
    fc.asyncProperty(fc.array(cell), fc.integer({ min: 1, max: 9 }), async (cells, size) => {
      const text = cells.map((value) => `"${value.replaceAll('"', '""')}",x\n`).join("");
      expect(await countCsvRecords(pieces(text, size))).toBe(cells.length);
    }),
  );
});
