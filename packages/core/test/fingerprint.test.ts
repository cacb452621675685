import { expect, test } from "vitest";
import { type Fingerprint, fingerprintDifferences, fingerprintHash } from "../src/fingerprint.ts";

const fingerprint: Fingerprint = {
  name: "pomona.fingerprint",
  version: 1,
  decode: "1",
  libvips: "8.18",
  resample: "pillow-1-bicubic",
  exifRotate: false,
  network: "mobilenet_v2",
  weights: "aa",
  engine: "onnxruntime",
  precision: "float32",
};

test("equal fingerprints have equal hashes, whatever the order of their parts", () => {
  const reversed = Object.fromEntries(Object.entries(fingerprint).reverse()) as unknown as Fingerprint;
  expect(fingerprintHash(reversed)).toBe(fingerprintHash(fingerprint));
  expect(fingerprintDifferences(fingerprint, reversed)).toEqual([]);
});

test("each part that differs changes the hash and is named", () => {
  for (const part of Object.keys(fingerprint)) {
    const other = { ...fingerprint, [part]: "other" };
    expect(fingerprintHash(other)).not.toBe(fingerprintHash(fingerprint));
  }
  expect(fingerprintDifferences(fingerprint, { ...fingerprint, engine: "tfjs-wasm", exifRotate: true })).toEqual([
    "exifRotate: false, here true",
    "engine: onnxruntime, here tfjs-wasm",
  ]);
});
