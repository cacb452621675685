import { describe, expect, it } from "vitest";
import { ScratchMemory } from "../src/scratch-memory.ts";

/** A memory of one page that counts how often it grows. */
function fakeKernel() {
  let buffer = new ArrayBuffer(1 << 16);
  const grown: number[] = [];
  const memory = {
    get buffer() {
      return buffer;
    },
    grow(pages: number) {
      grown.push(pages);
      const before = buffer.byteLength >> 16;
      buffer = new ArrayBuffer(buffer.byteLength + (pages << 16));
      return before;
    },
  };
  return { memory, grown };
}

describe("ScratchMemory", () => {
  it("gives out pieces that do not touch, aligned, with room behind them", () => {
    const memory = new ScratchMemory(fakeKernel());
    let free = 0;
    for (const bytes of [1, 15, 16, 17, 1000]) {
      const start = memory.reserve(bytes);
      expect(start % 16).toBe(0);
      expect(start).toBeGreaterThanOrEqual(free);
      free = start + bytes + 64;
    }
  });

  it("grows by what is missing, and not again for what it has had", () => {
    const kernel = fakeKernel();
    const memory = new ScratchMemory(kernel);
    const start = memory.reserve(200_000);
    expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(start + 200_000 + 64);
    memory.clear();
    expect(memory.reserve(200_000)).toBe(start);
    expect(kernel.grown).toHaveLength(1);
  });
});
