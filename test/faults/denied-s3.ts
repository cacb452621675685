import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Trial } from "./fault.ts";
import { nextShard, shardsStored } from "./shards.ts";
import type { Stage } from "./stage.ts";

const denied = { kind: "answer", status: 403, code: "ExpiredToken" } as const;
const giveUpSeconds = 20;

/** Within patience: nobody gives up. */
async function awayThenDenied(stage: Stage): Promise<Trial> {
  const pool = await stage.startPool();
  const { out, folder } = stage.output();
  await pool.submit(out);
  await shardsStored(folder, 2);
  pool.inject(() => ({ kind: "drop" }));
  await sleep(60_000);
  pool.inject(() => denied);
  await sleep(30_000);
  const recovery = nextShard(folder, Date.now());
  pool.inject(() => undefined);
  const recoverySeconds = await recovery;
  await pool.finished(folder);
  const difference = await stage.difference(folder);
  return {
    exact: difference === undefined,
    recoverySeconds,
    notes: `60 s away, 30 s denied: ${difference ?? "exact"}`,
  };
}

/** Beyond patience: the run fails aloud, and a retry completes it. */
async function deniedTooLong(stage: Stage): Promise<Trial> {
  const pool = await stage.startPool();
  const { out, folder } = stage.output();
  const run = await pool.submit(out, { flags: ["--give-up-after", String(giveUpSeconds)] });
  await shardsStored(folder, 2);
  const deniedAt = performance.now();
  // Reading images only: whether a run may fail must be writable.
  pool.inject(({ method, url }) => (method === "GET" && /^\/photos\//.test(url) ? denied : undefined));
  const failure = await pool.failed(folder);
  const failedAfter = (performance.now() - deniedAt) / 1000;
  const isQuarantined = existsSync(join(folder, "_SUCCESS"));
  pool.inject(() => undefined);
  await pool.retry(run, folder);
  const difference = await stage.difference(folder);
  const wrong = [
    ...(/ExpiredToken|403/.test(failure) ? [] : [`failed with: ${failure}`]),
    ...(isQuarantined ? ["published although denied"] : []),
    ...(difference === undefined ? [] : [difference]),
  ];
  return {
    exact: wrong.length === 0,
    notes: wrong.join(", ") || `denied for good: failed after ${failedAfter.toFixed(0)} s, retried to the same bytes`,
  };
}

export const deniedS3: Fault = {
  id: "F10",
  what: `S3 away for 60 s, then 403 for 30 s / 403 for longer than --give-up-after ${giveUpSeconds}`,
  trials: 4,
  recoveryLimit: 15,
  run: (stage, i) => (i % 2 === 0 ? awayThenDenied(stage) : deniedTooLong(stage)),
};
