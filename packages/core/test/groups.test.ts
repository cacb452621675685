import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatchRange, groupBatches, partitionBatches } from "../src/groups.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 4096 }), { minLength: 1, maxLength: 300 });
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function expectCover(ranges: readonly BatchRange[], batches: number): void {
  expect(ranges[0].from).toBe(0);
  expect(ranges.at(-1)?.to).toBe(batches);
  for (const [i, { from, to }] of ranges.entries()) {
    expect(to).toBeGreaterThan(from);
    if (i > 0) expect(from).toBe(ranges[i - 1].to);
  }
}

describe("groups", () => {
  test("cover every batch once and close as soon as they are full", () => {
    fc.assert(
      fc.property(sizes, (images) => {
        const groups = groupBatches(images);
        expectCover(groups, images.length);
        const enough = Math.max(8192, Math.ceil(sum(images) / 512));
        for (const { from, to } of groups.slice(0, -1)) {
          expect(sum(images.slice(from, to))).toBeGreaterThanOrEqual(enough);
          expect(sum(images.slice(from, to - 1))).toBeLessThan(enough);
        }
      }),
    );
  });

  test.each([1, 8192, 100_000, 5_000_000, 50_000_000])("are at most 512 for %i images", (listed) => {
    const images = new Array<number>(Math.ceil(listed / 256)).fill(256);
    const groups = groupBatches(images);
    expect(groups.length).toBeLessThanOrEqual(512);
    expectCover(groups, images.length);
  });

  test("no batches, no groups", () => {
    expect(groupBatches([])).toEqual([]);
  });
});

describe("partitions", () => {
  test("cover every batch once, by the images listed before it", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 400 }), (images, asked) => {
        const ranges = partitionBatches(images, asked);
        expectCover(ranges, images.length);
        const listed = sum(images);
        const parts = Math.max(Math.min(asked, images.length), Math.ceil(listed / 16_384));
        expect(ranges.length).toBeLessThanOrEqual(parts);
        const partOf = images.map((_, b) => Math.floor((sum(images.slice(0, b)) * parts) / listed));
        for (const { from, to } of ranges) expect(new Set(partOf.slice(from, to)).size).toBe(1);
        expect(new Set(partOf).size).toBe(ranges.length);
      }),
    );
  });

  test("equal batches give as many parts as asked for, and of one size", () => {
    const ranges = partitionBatches(new Array<number>(40).fill(256), 20);
    expect(ranges).toHaveLength(20);
    expect(new Set(ranges.map(({ from, to }) => to - from))).toEqual(new Set([2]));
  });

  test("large tables are cut whatever was asked", () => {
    const images = new Array<number>(400).fill(256);
    const rows = partitionBatches(images, 1).map(({ from, to }) => sum(images.slice(from, to)));
    expect(rows).toHaveLength(7);
    expect(Math.max(...rows)).toBeLessThanOrEqual(16_384);
  });

  test("no images, no parts", () => {
    expect(partitionBatches([], 3)).toEqual([]);
  });
});
