import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { watchJobs } from "./job-watch.ts";
import { shardsStored } from "./shards.ts";

/** Longer than the lock of a job, and than anybody believes that the process is alive. */
const frozenSeconds = 25;

export const freezeWorker: Fault = {
  id: "F3",
  what: `SIGSTOP of a busy worker for ${frozenSeconds} s, then SIGCONT`,
  trials: 10,
  async run(stage) {
    const pool = await stage.startPool();
    const [victim] = pool.of("worker");
    const { out, folder } = stage.output();
    const puts = { created: 0, refused: 0, frozen: false };
    // Frozen where it has everything and has stored nothing: what it writes later is what must do no harm.
    const frozen = new Promise<number>((resolve) => {
      victim.s3.inject(({ method, url }) => {
        if (puts.frozen || method !== "PUT" || !/\/shards\//.test(url)) return undefined;
        puts.frozen = true;
        victim.signal("SIGSTOP");
        resolve(Date.now());
        // Told to try again, once it can hear it.
        return { kind: "answer", status: 503, code: "SlowDown" };
      });
    });
    victim.s3.watch(({ method, url, status }) => {
      if (!puts.frozen || method !== "PUT" || !/\/shards\//.test(url)) return;
      if (status === 412) puts.refused += 1;
      else puts.created += 1;
    });
    await pool.submit(out);
    await frozen;
    const watch = watchJobs(pool.redis);
    await sleep(frozenSeconds * 1000);
    await shardsStored(folder, 1);
    victim.signal("SIGCONT");
    await pool.finished(folder);
    // What it still has to say.
    await sleep(3000);
    await watch.stop();
    const difference = await stage.difference(folder);
    const answer = `${puts.refused} late PUTs refused`;
    return {
      exact: difference === undefined,
      recoverySeconds: watch.recoverySeconds(),
      notes: difference ?? `${answer}, worker ${victim.isAlive ? "goes on" : "ended"}`,
    };
  },
};
