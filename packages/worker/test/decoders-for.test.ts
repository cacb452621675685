import { describe, expect, test } from "vitest";
import { decodersFor } from "../src/decoders-for.ts";

const gpu = { index: 0, id: "0", uuid: "GPU-1", name: "H100", memoryBytes: 1, freeBytes: 1, driver: "570" };

describe("how many processes decode for one that infers", () => {
  test.each([
    [{}, 4],
    [{ device: "gpu" }, 4],
    [{ device: "cpu" }, 0],
    [{ engine: "onnxruntime" }, 4],
    [{ engine: "tfjs-node" }, 0],
    [{ engine: "tfjs-wasm" }, 0],
    [{ decoders: 2 }, 2],
    [{ decoders: 0, device: "gpu" }, 0],
  ] as const)("with a GPU, %j: %i", (request, expected) => {
    // As the engine's package may not be installed, whatever the request.
    expect(decodersFor({ workers: 4, ...request }, () => [gpu])).toBe(expected);
  });

  test.each([
    [{}, 0],
    [{ device: "gpu" }, 0],
    [{ decoders: 3, device: "cpu" }, 3],
  ] as const)("without a GPU, %j: %i", (request, expected) => {
    expect(decodersFor({ workers: 4, ...request }, () => [])).toBe(expected);
  });
});
