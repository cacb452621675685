import { expect, onTestFinished, test } from "vitest";
// Not for others to import; it forks what lies beside it.
import { ThumbnailProcess } from "../../packages/dashboard/dist/thumbnail-process.js";
import { blackPng } from "../fixtures/black-png.ts";

const mib = 2 ** 20;

/** Each image has all the time in the world: only memory can be what it has too little of. */
function processWith(memoryBytes: number): ThumbnailProcess {
  const made = new ThumbnailProcess({ memoryBytes, patienceMs: 600_000 });
  onTestFinished(() => made.close());
  return made;
}

test("an image that takes more memory than a thumbnail may has none, and the next one has its own", async () => {
  const small = await blackPng(300, 200);
  // 30 kB that become 300 MB more than the process has without it.
  const bomb = await blackPng(16_000, 16_000, { interlaced: true });
  const limited = processWith(200 * mib);
  expect(await limited.make(bomb, 1e9)).toBeUndefined();
  expect((await limited.make(small, 1e9))?.length).toBeGreaterThan(100);
  // Nothing else is wrong with it.
  expect((await processWith(2048 * mib).make(bomb, 1e9))?.length).toBeGreaterThan(100);
}, 240_000);
