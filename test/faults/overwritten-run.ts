import { setTimeout as sleep } from "node:timers/promises";
import { onlyRun } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";
import type { Fault } from "./fault.ts";
import { shardsStored } from "./shards.ts";

export const overwrittenRun: Fault = {
  id: "F21",
  what: "a worker is stopped before it stores a shard, its output is overwritten by another run, the worker goes on",
  trials: 6,
  async run(stage, i) {
    const pool = await stage.startPool();
    const [zombie] = pool.of("worker");
    const { out, folder } = stage.output();
    let late = 0;
    let isStopped = false;
    const stopped = new Promise<void>((resolve) => {
      zombie.s3.inject(({ method, url }) => {
        if (isStopped || method !== "PUT" || !/\/shards\//.test(url)) return undefined;
        isStopped = true;
        zombie.signal("SIGSTOP");
        resolve();
        return { kind: "answer", status: 503, code: "SlowDown" };
      });
    });
    zombie.s3.watch(({ method, url }) => {
      if (isStopped && method === "PUT" && url.includes(first)) late += 1;
    });
    const first = await pool.submit(out);
    await stopped;
    const cancelled = await pool.client("cancel", first);
    if (cancelled.code !== 0) throw new Error(`cancel: ${cancelled.stderr}`);
    const second = await pool.submit(out, { flags: ["--overwrite"] });
    // By turns: while the new run goes on, and after its end.
    if (i % 2 === 0) await waitFor("the new run", async () => (await onlyRun(folder)) === second, { seconds: 60 });
    if (i % 2 === 0) await shardsStored(folder, 1);
    else await pool.finished(folder);
    zombie.signal("SIGCONT");
    await pool.finished(folder);
    await sleep(5000);
    const difference = await stage.difference(folder);
    const when = i % 2 === 0 ? "during the new run" : "after the new run";
    return {
      exact: difference === undefined,
      notes: `${when}: ${difference ?? "exact"}, ${late} late PUTs for the old run`,
    };
  },
};
