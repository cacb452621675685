import { describe, expect, test } from "vitest";
import { chainBatches } from "../src/chain-batches.ts";
import { checkInput } from "../src/check-input.ts";
import type { ImageSource } from "../src/image-source.ts";
import { image, keysOf, open, type Request, sourceOf, stage } from "./scene.ts";

/** An output whose run listed these keys, to the end or not. */
async function listed(keys: readonly string[], { batches = 99, config = {} }: Request & { batches?: number } = {}) {
  const { home, input, out } = await stage({ count: 0 });
  const { file } = await open({ home, input, out }, { config });
  const { limit } = file.features;
  const chain = chainBatches({ out, run: file.run, source: sourceOf(keys), batchSize: 2, limit });
  for (let i = 0; i < batches; i++) await chain.next();
  await chain.return(undefined);
  return (source: ImageSource, examples?: number) =>
    checkInput({ out, run: file.run, source, ...(examples !== undefined && { examples }) }).finally(async () => {
      expect(await keysOf(out, `_run/${file.run}/batches`)).toHaveLength(
        Math.min(batches, Math.ceil(Math.min(limit ?? 1e9, keys.length) / 2) + 1),
      );
    });
}

describe("comparing an input with a run", () => {
  test("finds nothing in the same input", async () => {
    const check = await listed(["a", "b", "c"]);
    const none = { count: 0, examples: [] };
    expect(await check(sourceOf(["a", "b", "c"]))).toMatchObject({ new: none, changed: none, gone: none });
  });

  test("finds what is new, changed and gone, at both ends too", async () => {
    const check = await listed(["b", "c", "d", "f"]);
    const source: ImageSource = async function* now() {
      yield* [image("a"), image("b", { size: 2 }), image("c"), image("e"), image("g"), image("h")];
    };
    expect(await check(source, 2)).toMatchObject({
      new: { count: 4, examples: ["a", "e"] },
      changed: { count: 1, examples: ["b"] },
      gone: { count: 2, examples: ["d", "f"] },
    });
  });

  test("compares etags where both have one, else size and time", async () => {
    const check = await listed(["a"]);
    expect(
      await check(async function* () {
        yield image("a", { etag: "1" });
      }),
    ).toMatchObject({ changed: { count: 0 } });
    expect(
      await check(async function* () {
        yield image("a", { modifiedAt: 2 });
      }),
    ).toMatchObject({ changed: { count: 1 } });
  });

  test("of a run with a limit goes only as far as the run did", async () => {
    const check = await listed(["a", "b", "c", "d"], { config: { limit: 2 } });
    expect(await check(sourceOf(["a", "aa", "b", "c", "d"]))).toMatchObject({
      new: { count: 1, examples: ["aa"] },
      gone: { count: 0 },
    });
  });

  test("refuses a run that has not listed to the end, and does not end it", async () => {
    const check = await listed(["a", "b", "c", "d", "e"], { batches: 2 });
    await expect(check(sourceOf(["a"]))).rejects.toMatchObject({ code: "listing-unfinished", exitCode: 2 });
  });
});
