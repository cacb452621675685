import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { driveRun, identifyProcess, keysFrom, openOutput } from "@pomona/coordinator";
import { HandBackError, makeRunId, type RunProgress, resolveConfig } from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { openStore } from "@pomona/store";
import { writeKeyList } from "./key-list.ts";

// Lists keys from a sorted list, as a run does: checked once, then cut into batches that are stored in a folder and
// handed to one worker, which does the first batch and then none. Nothing is decoded. Prints one JSON line.
// Goal: 1,000,000 keys at 20,000 a second and more, the first batch taken within 2 s, at most 250 MB and flat.

const { values } = parseArgs({
  options: {
    keys: { type: "string", default: "1000000" },
    "batch-size": { type: "string", default: "256" },
    sort: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const keys = Number(values.keys);
const folder = await mkdtemp(join(tmpdir(), "pomona-bench-listing-"));

try {
  await writeKeyList(join(folder, "keys.txt"), keys);
  console.log(JSON.stringify({ keys, sort: values.sort, ...(await listKeys()) }));
} finally {
  if (!values.keep) await rm(folder, { recursive: true, force: true });
}

async function listKeys() {
  const places = { cwd: folder };
  await mkdir(join(folder, "in"));
  const input = await openStore("in", places);
  const out = await openStore("out", places);
  const home = await openStore("home", places);
  const config = resolveConfig({ flags: { keysFrom: "keys.txt", batchSize: values["batch-size"] } });
  const queue = new EmbeddedQueue();
  const stop = new AbortController();
  const seconds: Record<string, number> = {};
  const rssMb: number[] = [];
  const started = performance.now();
  const at = (what: string): void => {
    seconds[what] ??= Math.round(performance.now() - started) / 1000;
  };

  const { source, check, close } = keysFrom({
    input,
    features: config.features,
    list: { store: await openStore(".", places), key: "keys.txt" },
    sort: values.sort,
    openBucket: () => Promise.reject(new Error("the list is no inventory")),
  });

  const opened = await openOutput({
    home,
    input,
    out,
    config,
    newRun: makeRunId(new Date(), Buffer.from("bench0")),
    owner: await identifyProcess(),
    submittedBy: "bench",
    pomona: "bench",
    overwrite: false,
    refit: false,
    takeOver: false,
    now: () => new Date(),
    beforeBegin: check,
    beforeReplace: async () => {},
  });
  if (opened.kind !== "drive") throw new Error(`the output is ${opened.kind}`);

  let taken = 0;
  queue.consume(
    "features",
    async (_, { signal }) => {
      at("firstBatchTaken");
      taken += 1;
      if (taken === 1) return { rows: 16, quarantined: 0, decoded: 16 };
      if (!signal.aborted && !stop.signal.aborted) {
        await Promise.race([once(signal, "abort"), once(stop.signal, "abort")]);
      }
      throw new HandBackError("the bench is over");
    },
    { concurrency: 1 },
  );
  let listed = 0;
  const onProgress = (progress: RunProgress): void => {
    if (progress.listed >= (keys * (rssMb.length + 1)) / 10) rssMb.push(Math.round(process.memoryUsage.rss() / 1e6));
    if (progress.total === undefined || stop.signal.aborted) return;
    listed = progress.listed;
    at("listed");
    stop.abort(new Error("all is listed"));
  };
  await driveRun({
    ...opened,
    out,
    source,
    machine: config.machine,
    dispatch: { queue, window: () => 2, signal: stop.signal, waitForActive: false },
    onProgress,
  }).catch((error: unknown) => {
    if (error !== stop.signal.reason) throw error;
  });
  await queue.close();
  await close();
  if (listed !== keys) throw new Error(`${listed} keys were listed of ${keys}`);
  return { keysPerSecond: Math.round(keys / (seconds.listed ?? 0)), seconds, rssMbAtTenths: rssMb };
}
