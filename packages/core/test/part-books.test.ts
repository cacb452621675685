import { expect, test } from "vitest";
import { PomonaError } from "../src/errors.ts";
import { decodePartBooks, type PartBooks } from "../src/part-books.ts";
import { encodeJson } from "../src/run-file.ts";

const books: PartBooks = {
  name: "pomona.part-books",
  version: 1,
  part: 0,
  from: 0,
  to: 2,
  listed: 3,
  rows: 2,
  bytes: 100,
  sha256: "aa",
  labels: { apple: 2 },
  quarantined: [{ key: "a/\uDC80.jpg", label: "a", stage: "list", reason: "name", detail: "" }],
};

test("books of a part come back as they were", () => {
  expect(decodePartBooks(encodeJson(books), "k")).toEqual(books);
});

test.each(["", "[]", '{"name":"pomona.part-books","version":1}'])("%j is refused by name", (text) => {
  const decode = () => decodePartBooks(Buffer.from(text), "parts/0.json");
  expect(decode).toThrow(PomonaError);
  expect(decode).toThrow("parts/0.json is no account of a part");
});
