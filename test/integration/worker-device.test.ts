import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { weights } from "../support/places.ts";
import { mustRun, runArguments } from "../support/pomona.ts";
import { openPool, type Pool } from "../support/pool-members.ts";
import { processTree } from "../support/process-tree.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { redisServer } from "../support/redis.ts";
import { readRunState } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";

const photos = 200;

describe.skipIf(redisServer === undefined)("the device of a worker", () => {
  let pool: Pool;
  let input: string;
  let undisturbed: TableRow[];

  afterAll(() => pool.close());

  beforeAll(async () => {
    pool = await openPool();
    input = join(pool.scratch, "input");
    await copyPhotos(input, photos);
    await mustRun(runArguments(input, join(pool.scratch, "embedded"), "--workers", "1"), { scratch: pool.scratch });
    undisturbed = await readTable(join(pool.scratch, "embedded"));
    const others = [await pool.start("coordinator"), await pool.start("reducer", "--processes", "1")];
    await Promise.all(others.map((member) => member.ready()));
  });

  it("is a GPU or an error with exit code 2, never the CPU in silence", async () => {
    const worker = await pool.start("worker", "--weights", weights, "--device", "gpu:7");
    const { code, stderr } = await worker.ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/--device gpu:7 needs/);
  });

  it.skipIf(process.platform !== "linux")("is fed by decoders: the same bits, whoever of them is killed", async () => {
    const flags = ["--workers", "1", "--decoders", "2", "--device", "cpu", "--weights", weights];
    const worker = await pool.start("worker", ...flags);
    await worker.ready();
    const out = join(pool.scratch, "apart");
    await pool.client("submit", input, "--out", out, "--weights", weights);
    const shards = (count: number) =>
      waitFor(`${count} shards`, async () => (await readRunState(out)).shards.size >= count, { everyMs: 20 });
    await shards(2);
    const [, engine, ...decoders] = await processTree(worker.pid);
    expect(decoders).toHaveLength(2);
    process.kill(decoders[0], "SIGKILL");
    await shards(4);
    process.kill(engine, "SIGKILL");
    await waitFor("_SUCCESS", () => existsSync(join(out, "_SUCCESS")), { seconds: 90, everyMs: 50 });

    const rows = await readTable(out);
    expect(rows.map(({ path }) => path)).toEqual(undisturbed.map(({ path }) => path));
    const bytes = ({ features }: TableRow) => Buffer.from(features.buffer, features.byteOffset, features.byteLength);
    expect(rows.filter((row, i) => !bytes(row).equals(bytes(undisturbed[i])))).toEqual([]);

    const { text = "" } = (await worker.page("/metrics")) ?? {};
    const seconds = (state: string) =>
      Number(new RegExp(`^pomona_engine_seconds_total\\{state="${state}"\\} ([\\d.e-]+)$`, "m").exec(text)?.[1]);
    expect(seconds("busy")).toBeGreaterThan(0);
    // At least while the killed ones were missing.
    expect(seconds("waiting")).toBeGreaterThan(0);
    await worker.stop();
  });
});
