import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { onlyRun, readRunState } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";
import type { Fault, Trial } from "./fault.ts";
import { shardTimes } from "./shards.ts";
import type { Stage } from "./stage.ts";

/** What the passes of a reducer write. */
const passes = [
  { name: "moments", url: /\/moments\/\d+\.bin/ },
  { name: "model", url: /\/g1\/model\.json/ },
  { name: "a part", url: /\/g1\/parts\/part-00001\.parquet/ },
  { name: "csv", url: /\/g1\/csv-/ },
];

async function killIn(stage: Stage, pass: (typeof passes)[number], when: "before" | "after"): Promise<Trial> {
  const pool = await stage.startPool();
  const [victim] = pool.of("reducer");
  const { out, folder } = stage.output();
  let killedAt: number | undefined;
  const kill = (): void => {
    if (killedAt !== undefined) return;
    killedAt = performance.now();
    victim.s3.inject(() => ({ kind: "hang" }));
    void victim.kill9().then(() => {
      victim.s3.inject(() => undefined);
      victim.restart();
    });
  };
  victim.s3.inject(({ method, url }) => {
    if (method !== "PUT" || !pass.url.test(url)) return undefined;
    if (when === "after") return { kind: "lose-answer", onDone: kill };
    kill();
    return { kind: "hang" };
  });
  await pool.submit(out);
  await pool.finished(folder);
  const difference = await stage.difference(folder);
  const seconds = killedAt === undefined ? undefined : (performance.now() - killedAt) / 1000;
  return {
    exact: difference === undefined && killedAt !== undefined,
    notes: `${when} ${pass.name}: ${seconds === undefined ? "never came" : (difference ?? `done ${seconds.toFixed(0)} s later`)}`,
  };
}

/** All features are stored before a reducer is there; then one shard is not what it was. */
async function damaged(stage: Stage, damage: "flipped" | "missing"): Promise<Trial> {
  const pool = await stage.startPool({ reducers: 0 });
  const { out, folder } = stage.output();
  await pool.submit(out);
  await waitFor(
    "all shards",
    async () => {
      const { batches, shards } = await readRunState(folder);
      return (
        batches.at(-1)?.end === true &&
        batches.every(({ images, ordinal }) => images.length === 0 || shards.has(ordinal))
      );
    },
    { seconds: 120, everyMs: 100 },
  );
  const shard = join(folder, "_run", String(await onlyRun(folder)), "shards/00000005.arrow");
  const before = (await shardTimes(folder)).get(5) ?? 0;
  if (damage === "missing") await rm(shard);
  else await flipByte(shard);
  const reducer = await pool.start("reducer");
  await pool.finished(folder);
  const difference = await stage.difference(folder);
  const isRemade = ((await shardTimes(folder)).get(5) ?? 0) > before;
  const isNamed = [reducer, ...pool.of("coordinator"), ...pool.of("worker")].some((m) => m.said().includes("00000005"));
  const wrong = [
    ...(isRemade ? [] : ["the shard was not made again"]),
    ...(difference === undefined ? [] : [difference]),
  ];
  return {
    exact: wrong.length === 0,
    notes: `${damage} shard: ${wrong.join(", ") || `made again, ${isNamed ? "named" : "not named in a log"}`}`,
  };
}

async function flipByte(path: string): Promise<void> {
  const file = await open(path, "r+");
  const { size } = await file.stat();
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.floor(size / 2));
  buffer[0] ^= 1;
  await file.write(buffer, 0, 1, Math.floor(size / 2));
  await file.close();
}

const trials: readonly ((stage: Stage) => Promise<Trial>)[] = [
  (stage) => damaged(stage, "flipped"),
  (stage) => damaged(stage, "missing"),
  ...passes.flatMap((pass) => [
    (stage: Stage) => killIn(stage, pass, "before"),
    (stage: Stage) => killIn(stage, pass, "after"),
  ]),
];

export const killReducer: Fault = {
  id: "F13",
  what: `one byte of a shard flipped / a shard missing / kill -9 of the reducer at ${passes.map(({ name }) => name).join(", ")}`,
  trials: trials.length,
  run: (stage, i) => trials[i % trials.length](stage),
};
