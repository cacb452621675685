import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys, decodeKey, displayKey, encodeKey, isDecodable } from "../src/key.ts";

describe("keys", () => {
  test("are in the order of their UTF-8 bytes, not of UTF-16 units nor of a tree walk", () => {
    const sorted = ["", "A", "a", "a-b/x", "a/x", "a0", "é.jpg", "\uFF21.jpg", "🍎.jpg", "\uDC80.jpg"];
    const byBytes = [...sorted].sort((a, b) => Buffer.compare(encodeKey(a), encodeKey(b)));
    expect([...sorted].reverse().sort(compareKeys)).toEqual(byBytes);
    expect(byBytes.indexOf("\uFF21.jpg")).toBeLessThan(byBytes.indexOf("🍎.jpg"));
    expect(["\uFF21", "🍎"].sort()).toEqual(["🍎", "\uFF21"]);
    expect(compareKeys("a-b/x", "a/x")).toBeLessThan(0);
  });

  test("a prefix comes before what it begins, and a key equals itself", () => {
    expect(compareKeys("a", "a/")).toBeLessThan(0);
    expect(compareKeys("🍎", "🍎🍎")).toBeLessThan(0);
    expect(compareKeys("🍎", "🍎")).toBe(0);
  });

  test("any bytes have one key and come back from it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        expect(encodeKey(decodeKey(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("any two keys compare as their bytes", () => {
    // Few byte values, so that common prefixes and broken sequences are frequent.
    const byte = fc.constantFrom(0x2f, 0x61, 0x80, 0xbf, 0xc3, 0xa9, 0xef, 0xbc, 0xa1, 0xf0, 0x9f, 0x8d, 0x8e);
    const name = fc.array(byte, { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes));
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(Math.sign(compareKeys(decodeKey(a), decodeKey(b)))).toBe(Buffer.compare(a, b));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  test("a name that is not UTF-8 is told apart and shown by its bytes", () => {
    const latin1 = decodeKey(Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x2e, 0x6a, 0x70, 0x67]));
    expect(isDecodable(latin1)).toBe(false);
    expect(displayKey(latin1)).toBe("caf\\xe9.jpg");
    expect(isDecodable("café 🍎.jpg")).toBe(true);
    expect(displayKey("café 🍎.jpg")).toBe("café 🍎.jpg");
  });

  test("a byte order mark is a character like others", () => {
    expect(decodeKey(Buffer.from([0xef, 0xbb, 0xbf, 0x61]))).toBe("\uFEFFa");
  });

  test("a surrogate encoded as three bytes is three bad bytes", () => {
    const key = decodeKey(Buffer.from([0xed, 0xb2, 0x80]));
    expect(displayKey(key)).toBe("\\xed\\xb2\\x80");
  });
});
