import { expect, test } from "vitest";
import { decodeMoments, encodeMoments } from "../src/moments-codec.ts";

const source = { run: "r", fingerprint: "f", group: 3, from: 5, to: 9, layers: [2, 4] };
const moments = {
  count: 7,
  dimension: 2,
  mean: Float64Array.of(0.1, -3),
  comoment: Float64Array.of(1, Number.MIN_VALUE, 3),
};

test("gives back what was encoded, to the bit and from any offset", () => {
  const bytes = encodeMoments({ source, moments });
  expect(decodeMoments(bytes, "key")).toEqual({ source, moments });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeMoments(shifted.subarray(3), "key")).toEqual({ source, moments });
});

test("holds moments of no rows", () => {
  const none = { count: 0, dimension: 0, mean: new Float64Array(), comoment: new Float64Array() };
  expect(decodeMoments(encodeMoments({ source, moments: none }), "key").moments).toEqual(none);
});

test("refuses every truncation and every changed byte", () => {
  const bytes = encodeMoments({ source, moments });
  for (let n = 0; n < bytes.length; n++) {
    expect(() => decodeMoments(bytes.subarray(0, n), "the/key")).toThrow("the/key");
    const changed = Uint8Array.from(bytes);
    changed[n] ^= 1;
    expect(() => decodeMoments(changed, "the/key")).toThrow("does not match its hash");
  }
});
