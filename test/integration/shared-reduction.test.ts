import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { redisServer } from "../support/redis.ts";
import { makeScratch } from "../support/scratch.ts";
import { differences, type Reduction, reduceInPool, writeTemplate } from "../support/shared-reduction.ts";

// Ten groups in a small dimension; `npm run faults:reducers` does it with 1,000 shards of 256 rows of 1280.
describe.skipIf(redisServer === undefined)("three reducers", () => {
  let alone: Reduction;
  let reduce: (name: string, options: { readonly reducers: number; readonly kill?: boolean }) => Promise<Reduction>;

  beforeAll(async () => {
    const scratch = await makeScratch("reducers");
    const template = await writeTemplate(join(scratch, "template"), { shards: 320, dimension: 32 });
    reduce = async (name, options) => {
      const folder = join(scratch, name);
      await mkdir(folder);
      return reduceInPool(template, { scratch: folder, ...options });
    };
    alone = await reduce("alone", { reducers: 1 });
    expect(alone.groups).toEqual([10]);
    expect(alone.result.size).toBeGreaterThan(2);
  }, 600_000);

  it("share the groups, and make the bytes that one makes", async () => {
    const together = await reduce("together", { reducers: 3 });
    expect(differences(alone, together)).toEqual([]);
    expect(together.groups.reduce((sum, n) => sum + n)).toBe(10);
    expect(Math.min(...together.groups)).toBeGreaterThan(0);
  }, 600_000);

  it("make the same bytes although one is killed", async () => {
    const killed = await reduce("killed", { reducers: 3, kill: true });
    expect(differences(alone, killed)).toEqual([]);
    expect(killed.groups[0]).toBeGreaterThan(0);
  }, 600_000);
});
