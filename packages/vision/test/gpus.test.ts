import { describe, expect, it } from "vitest";
import { chooseVisible, parseGpus } from "../src/gpus.ts";

const smi = `0, GPU-5a1d7c5e-0000-0000-0000-000000000001, NVIDIA H100 80GB HBM3, 81559, 81008, 570.124.06
1, GPU-5a1d7c5e-0000-0000-0000-000000000002, NVIDIA L4, 23034, [N/A], 570.124.06
`;

describe("parseGpus", () => {
  it("reads what nvidia-smi prints", () => {
    expect(parseGpus(smi)).toEqual([
      {
        index: 0,
        id: "0",
        uuid: "GPU-5a1d7c5e-0000-0000-0000-000000000001",
        name: "NVIDIA H100 80GB HBM3",
        memoryBytes: 81559 * 2 ** 20,
        freeBytes: 81008 * 2 ** 20,
        driver: "570.124.06",
      },
      expect.objectContaining({ index: 1, id: "1", name: "NVIDIA L4", freeBytes: 0 }),
    ]);
  });

  it("reads nothing where it prints something else", () => {
    expect(parseGpus("No devices were found\n")).toEqual([]);
    expect(parseGpus("")).toEqual([]);
  });
});

describe("chooseVisible", () => {
  const gpus = parseGpus(smi);

  it("numbers the GPUs that may be used, in the order of CUDA_VISIBLE_DEVICES", () => {
    expect(chooseVisible(gpus, ["1", "0"]).map(({ index, id }) => [index, id])).toEqual([
      [0, "1"],
      [1, "0"],
    ]);
    expect(chooseVisible(gpus, ["GPU-5a1d7c5e-0000-0000-0000-000000000002"])).toMatchObject([{ index: 0, id: "1" }]);
  });

  it("takes CUDA's shortened UUIDs and stops at the first that does not exist, as CUDA does", () => {
    expect(chooseVisible(gpus, ["GPU-5a1d7c5e", "0"])).toMatchObject([{ index: 0, id: "0" }, { id: "0" }]);
    expect(chooseVisible(gpus, ["1", "-1", "0"]).map(({ id }) => id)).toEqual(["1"]);
  });

  it("takes a slice of a GPU by its own id", () => {
    expect(chooseVisible(gpus, ["MIG-7b2c"])).toMatchObject([{ index: 0, uuid: "MIG-7b2c" }]);
    expect(chooseVisible([], ["MIG-7b2c"])).toEqual([]);
  });

  it("leaves all where nothing is said, and none where the list is empty", () => {
    expect(chooseVisible(gpus, undefined)).toEqual(gpus);
    expect(chooseVisible(gpus, [])).toEqual([]);
  });
});
