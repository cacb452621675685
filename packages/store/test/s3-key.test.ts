import { describe, expect, it } from "vitest";
import { checkWritableKey, decodeListedKey, entryOf, wellFormedHead } from "../src/s3-key.ts";

describe("decodeListedKey", () => {
  it.each([
    ["a/b.jpg", "a/b.jpg"],
    ["a+b%2Bc%20d", "a b+c d"],
    ["%C3%A9/%F0%9F%8D%8E%00%25", "é/\u{1f34e}\0%"],
    ["caf%E9/%C3%A9+x", "caf\udce9/é x"],
    ["é%FF", "é\udcff"],
  ])("reads %j", (encoded, key) => {
    expect(decodeListedKey(encoded)).toBe(key);
  });
});

describe("wellFormedHead", () => {
  it.each([
    ["abc", "abc"],
    ["a\u{1f34e}/\udcff/b", "a\u{1f34e}/"],
    ["\udcff", ""],
  ])("of %j is %j", (key, head) => {
    expect(wellFormedHead(key)).toBe(head);
  });
});

describe("entryOf", () => {
  it("has whole seconds and an etag without quotes", () => {
    const LastModified = new Date("2024-01-02T03:04:05.678Z");
    const modifiedAt = Date.parse("2024-01-02T03:04:05Z");
    expect(entryOf("k", 5, { LastModified, ETag: '"abc-2"' })).toEqual({
      key: "k",
      size: 5,
      modifiedAt,
      etag: "abc-2",
    });
    expect(entryOf("k", 5, { LastModified, ETag: "" })).toEqual({ key: "k", size: 5, modifiedAt });
  });
});

describe("checkWritableKey", () => {
  it("counts the prefix, and takes UTF-8 only", () => {
    const part = "x".repeat(200);
    expect(() => checkWritableKey("", `${part}/${part}/${part}/${part}/${part}`)).not.toThrow();
    expect(() => checkWritableKey(`${"p".repeat(20)}/`, `${part}/${part}/${part}/${part}/${part}`)).toThrow(
      "S3 allows 1024",
    );
    expect(() => checkWritableKey("", "a/\udcff")).toThrow("UTF-8 only");
    expect(() => checkWritableKey("", "a/../b")).toThrow("cannot be the key");
  });
});
