import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { namesIn } from "./corpus.ts";
import type { Fault } from "./fault.ts";

/** Room for all shards, and for half of the table. */
const size = "6m";

export const fullDisk: Fault = {
  id: "F19",
  what: `the disk of the output is full while the table is made (tmpfs of ${size}), and is enlarged after the failure`,
  trials: 2,
  cannot: () => (process.getuid?.() === 0 ? undefined : "only root may mount a small disk"),
  async run(stage) {
    const { out } = stage.output();
    const disk = join(stage.scratch, `disk-${out.split("/").at(-1)}`);
    await mkdir(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]);
    stage.onEnd(async () => void execFileSync("umount", ["-l", disk]));
    const pool = await stage.startPool();
    const folder = join(disk, "out");
    const run = await pool.submit(folder, { flags: ["--give-up-after", "5"] });
    const failure = await pool.failed(folder);
    const published = await namesIn(join(folder, "parquet"));
    execFileSync("mount", ["-o", "remount,size=200m", disk]);
    await pool.retry(run, folder);
    const difference = await stage.difference(folder);
    const wrong = [
      ...(/ENOSPC|no space/i.test(failure) ? [] : [`failed with: ${failure}`]),
      ...(published.length === 0 ? [] : [`${published.length} parts were visible`]),
      ...(difference === undefined ? [] : [difference]),
    ];
    return { exact: wrong.length === 0, notes: wrong.join(", ") || "failed naming ENOSPC, nothing published; retried" };
  },
};
