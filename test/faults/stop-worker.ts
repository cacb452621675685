import type { Fault } from "./fault.ts";
import { watchJobs } from "./job-watch.ts";

/** What compose grants. */
const graceSeconds = 30;

export const stopWorker: Fault = {
  id: "F4",
  what: "SIGTERM of a worker during a batch",
  trials: 10,
  quickTrials: 1,
  async run(stage, i, { patience }) {
    const pool = await stage.startPool();
    const [victim] = pool.of("worker");
    const { out, folder } = stage.output();
    let gets = 0;
    const busy = new Promise<void>((resolve) => {
      victim.s3.watch(({ method, url }) => {
        if (method !== "GET" || !/^\/photos\//.test(url)) return;
        gets += 1;
        if (gets === 5 + 3 * i) resolve();
      });
    });
    const watch = watchJobs(pool.redis);
    await pool.ready();
    await pool.submit(out);
    const missed = await Promise.race([busy, pool.finished(folder).then(() => true)]);
    if (missed) return { exact: false, missed, notes: "the other worker did it all" };
    const toldAt = performance.now();
    victim.terminate();
    const { code } = await victim.ended;
    const seconds = (performance.now() - toldAt) / 1000;
    await pool.finished(folder);
    await watch.stop();
    const difference = await stage.difference(folder);
    const wrong = [
      ...(code === 0 ? [] : [`exit ${code}`]),
      ...(seconds <= graceSeconds * patience ? [] : [`ended after ${seconds.toFixed(0)} s`]),
      ...(watch.stalls() === 0 ? [] : [`${watch.stalls()} stalled`]),
      ...(difference === undefined ? [] : [difference]),
    ];
    return { exact: wrong.length === 0, notes: wrong.join(", ") || `exit 0 after ${seconds.toFixed(1)} s, 0 stalled` };
  },
};
