import { fingerprintHash, runLayout } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { claimFingerprint, describeFingerprint } from "../src/claim-fingerprint.ts";

const run = "20240101-000000-aaaaaa";
const engine = { network: "mobilenet_v2_1.0_224", weights: "abc", engine: "onnxruntime", precision: "float32" };
const preparation = { decode: "1", libvips: "8.18", resample: "pillow-bicubic-1" };
const fingerprint = describeFingerprint(engine, preparation, { exifRotate: false });

test("the first worker's fingerprint is the run's, and equal ones agree with it", async () => {
  const out = new MemoryStore();
  expect(await claimFingerprint(out, run, fingerprint)).toBe(fingerprintHash(fingerprint));
  expect(await claimFingerprint(out, run, { ...fingerprint })).toBe(fingerprintHash(fingerprint));
  expect(JSON.parse(Buffer.from(await out.get(runLayout(run).fingerprint)).toString())).toEqual({
    name: "pomona.fingerprint",
    version: 1,
    exifRotate: false,
    ...engine,
    ...preparation,
  });
});

test("another is refused, naming each part that differs", async () => {
  const out = new MemoryStore();
  await claimFingerprint(out, run, fingerprint);
  const other = { ...fingerprint, engine: "tfjs-wasm", libvips: "8.19" };
  await expect(claimFingerprint(out, run, other)).rejects.toMatchObject({
    code: "fingerprint-mismatch",
    exitCode: 2,
    message: expect.stringMatching(/libvips: 8\.18, here 8\.19; .*engine: onnxruntime, here tfjs-wasm/),
    remedy: expect.stringContaining("--overwrite"),
  });
});

test.each(["{", "{}", '{"name":"pomona.fingerprint","version":2}'])("a file that is none is said: %s", async (text) => {
  const out = new MemoryStore();
  await out.put(runLayout(run).fingerprint, Buffer.from(text));
  await expect(claimFingerprint(out, run, fingerprint)).rejects.toMatchObject({ code: "unreadable-file" });
});

test("with mixed engines only the engine may differ, and shards carry the first worker's", async () => {
  const out = new MemoryStore();
  const hash = await claimFingerprint(out, run, fingerprint);
  const otherEngine = { ...fingerprint, engine: "tfjs-wasm" };
  expect(await claimFingerprint(out, run, otherEngine, { mixedEngines: true })).toBe(hash);
  await expect(
    claimFingerprint(out, run, { ...otherEngine, weights: "def" }, { mixedEngines: true }),
  ).rejects.toMatchObject({ message: expect.stringMatching(/weights: abc, here def\)$/) });
});

test("a refusal tells the run's engine where that is all that differs", async () => {
  const out = new MemoryStore();
  await claimFingerprint(out, run, fingerprint);
  const otherEngine = { ...fingerprint, engine: "tfjs-wasm" };
  await expect(claimFingerprint(out, run, otherEngine)).rejects.toMatchObject({ otherEngine: "onnxruntime" });
  const otherInMore = { ...otherEngine, weights: "def" };
  await expect(claimFingerprint(out, run, otherInMore)).rejects.toMatchObject({ otherEngine: undefined });
});
