import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault, Trial } from "./fault.ts";
import { watchJobs } from "./job-watch.ts";
import type { Stage } from "./stage.ts";

const cgroups = "/sys/fs/cgroup/cpu";

/** Everything that is started by `start` may use the first core only. */
async function onOneCore<T>(start: () => Promise<T>): Promise<T> {
  const taskset = (...args: string[]): string => execFileSync("taskset", args, { encoding: "utf8" });
  const before = taskset("-p", String(process.pid)).trim().split(" ").at(-1) ?? "";
  taskset("-cp", "0", String(process.pid));
  try {
    return await start();
  } finally {
    taskset("-p", before, String(process.pid));
  }
}

/** A group of processes that get half of a core's time together. */
function makeHalfCore(stage: Stage): string {
  const group = join(cgroups, `pomona-faults-${process.pid}`);
  mkdirSync(group);
  stage.onEnd(async () => rmdirSync(group));
  writeFileSync(join(group, "cpu.cfs_period_us"), "100000");
  writeFileSync(join(group, "cpu.cfs_quota_us"), "50000");
  return group;
}

function canLimit(): boolean {
  try {
    accessSync(join(cgroups, "cgroup.procs"), constants.W_OK);
    accessSync(join(cgroups, "cpu.cfs_quota_us"));
    return true;
  } catch {
    return false;
  }
}

export const fewCores: Fault = {
  id: "F16",
  what: "all on one core by its affinity / half a core's time by a cgroup",
  trials: 2,
  async run(stage, i): Promise<Trial> {
    const isAffinity = i % 2 === 0;
    if (!isAffinity && !canLimit()) return { exact: true, notes: "half a core: SKIPPED, no right to make a cgroup v1" };
    const half = isAffinity ? undefined : makeHalfCore(stage);
    const pool = isAffinity ? await onOneCore(() => stage.startPool()) : await stage.startPool();
    for (const { pid } of half === undefined ? [] : pool.members)
      writeFileSync(join(String(half), "cgroup.procs"), String(pid));
    const { out, folder } = stage.output();
    const watch = watchJobs(pool.redis);
    await pool.submit(out);
    const seconds = await pool.finished(folder, { seconds: 400 });
    await watch.stop();
    const difference = await stage.difference(folder);
    const wrong = [
      ...(difference === undefined ? [] : [difference]),
      ...(watch.stalls() === 0 ? [] : [`${watch.stalls()} stalled`]),
      ...(pool.members.some((member) => /affinity/i.test(member.said())) ? ["an error of affinity"] : []),
    ];
    const name = isAffinity ? "one core" : "half a core";
    return { exact: wrong.length === 0, notes: `${name}: ${wrong.join(", ") || `exact, ${seconds.toFixed(0)} s`}` };
  },
};
