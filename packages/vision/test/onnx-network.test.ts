import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOnnxNetwork } from "../src/onnx-network.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-network-"));
  file = join(folder, "net.onnx");
  await writeFile(file, "network");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("what lies beside the network holds where the options do not say otherwise", async () => {
  await writeFile(`${file}.json`, JSON.stringify({ inputSize: 96, inputLayout: "nhwc" }));
  const network = await readOnnxNetwork({ file, inputSize: 128, output: undefined });
  expect(network).toMatchObject({ inputSize: 128, inputLayout: "nhwc", file });
  expect(Buffer.from(network.bytes).toString()).toBe("network");
  expect(network.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("a network without a file beside it is taken as it is", async () => {
  expect(Object.keys(await readOnnxNetwork({ file })).sort()).toEqual(["bytes", "file", "sha256"]);
});

test("what lies beside it and cannot be read is no reason to go on without it", async () => {
  await mkdir(`${file}.json`);
  await expect(readOnnxNetwork({ file })).rejects.toThrow(/net\.onnx\.json: .*EISDIR.*Correct or remove it/);
});

test.each([
  ["{", /net\.onnx\.json is no JSON/],
  ["[]", /net\.onnx\.json holds no JSON object/],
  ['{"size": 3}', /unknown size\. It may hold/],
  ['{"inputSize": 0.5}', /inputSize: 0\.5 is no such value/],
])("%s beside it is refused", async (text, message) => {
  await writeFile(`${file}.json`, text);
  await expect(readOnnxNetwork({ file })).rejects.toThrow(message);
});

test("a network that is not there is named, with the option", async () => {
  await expect(readOnnxNetwork({ file: `${file}x` })).rejects.toThrow(/net\.onnxx: .*ENOENT.*Correct --model/);
});
