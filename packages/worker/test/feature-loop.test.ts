import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Engine, Preparer } from "@pomona/vision";
import { afterAll, expect, test } from "vitest";
import { FeatureLoop } from "../src/feature-loop.ts";
import type { RowsMessage } from "../src/inference-messages.ts";

const folder = mkdtempSync(join(tmpdir(), "pomona-loop-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inputSize = 4;
/** So long that nothing else of the machine matters beside it. */
const inferMs = 150;

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Blocks its thread as a real one does. */
const engine = {
  inputSize,
  dimension: 1,
  inferBatch: async (_pixels: Uint8Array, count: number) => {
    block(inferMs);
    return new Float32Array(count);
  },
} as unknown as Engine;

const noise = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * 7919) % 251));
/** Milliseconds on a thread of libuv's pool, as decoding is. */
const compress = promisify(gzip);

const preparer: Preparer = {
  prepareAtOnce: () => undefined,
  async prepareByVips() {
    const start = performance.now();
    await compress(noise);
    const decodeMs = performance.now() - start;
    block(2);
    return { pixels: new Uint8Array(inputSize ** 2 * 3), decodeMs, resampleMs: 2 };
  },
};

function listed(i: number) {
  const path = join(folder, `${i}.jpg`);
  writeFileSync(path, Buffer.alloc(50_000, i));
  const { size, mtimeMs } = statSync(path);
  return { path: Buffer.from(path), size, modifiedAt: Math.floor(mtimeMs) };
}

test("the time of reading is that of reading, whatever the decoders and the engine keep from it", async () => {
  const images = 48;
  const files = Array.from({ length: images }, (_, i) => listed(i));
  const answers: Omit<RowsMessage, "kind">[] = [];
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    let answered = 0;
    const loop = new FeatureLoop({
      engine,
      inferBatch: 4,
      poolThreads: 4,
      onRows: (rows) => {
        answers.push(rows);
        answered += rows.ids.length;
        if (answered === images) resolve();
      },
      onUnread: (id) => reject(new Error(`${id} was not read`)),
      onRefused: (id) => reject(new Error(`${id} was refused`)),
    });
    for (const [id, source] of files.entries()) loop.accept({ id, source, preparer });
  });
  const wallMs = performance.now() - startedAt;
  const sum = (values: readonly (number | undefined)[]): number => values.reduce<number>((a, b) => a + (b ?? 0), 0);
  const getMs = sum(answers.flatMap((rows) => rows.getMs));
  const decodeMs = sum(answers.flatMap((rows) => rows.decodeMs));
  const busyMs = sum(answers.map((rows) => rows.inferMs));
  expect(getMs).toBeGreaterThan(0);
  // With its waiting for the engine it would be some four times as much.
  expect(getMs).toBeLessThan(busyMs);
  // Four threads cannot do more.
  expect(decodeMs).toBeLessThan(4 * wallMs);
});
