import { deletableNames, type ObjectStore, type Owner, outputLayout, type RunLog } from "@pomona/core";
import { refuseOtherEpoch, standDown } from "./stand-down.ts";
import { takeOwnership } from "./take-ownership.ts";

const atOnce = 1000;

/**
 * Deletes what Pomona wrote, `_SUCCESS` first, so that no reader takes a half-deleted table for a result; the log
 * stays, and what is not of the layout is never touched. Owned like a run, so that nobody begins one meanwhile. An
 * interrupted deletion is continued by the next run. Returns its epoch.
 */
export async function deleteOutput(options: {
  readonly out: ObjectStore;
  readonly log: RunLog;
  /** Newest epoch when deletion was decided. */
  readonly seen: number;
  readonly owner: Owner;
  readonly now: () => Date;
}): Promise<number> {
  const { out, log, seen, owner, now } = options;
  const at = now().toISOString();
  const epoch = await takeOwnership({
    out,
    log,
    seen,
    claim: (mine) => ({ kind: "deleting", at, epoch: mine, owner }),
  });
  async function remove(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await standDown(log, epoch);
    await out.delete(keys);
  }
  await remove([outputLayout.success]);
  for (const name of deletableNames) await removeAll(out, name, remove);
  await removeAll(out, outputLayout.ours, remove);
  await log.append((state) => {
    refuseOtherEpoch(state.epoch, epoch);
    return { kind: "deleted", at: now().toISOString() };
  });
  return epoch;
}

/** Removes one object, or everything below a name that ends in `/`; the log never. */
async function removeAll(
  out: ObjectStore,
  name: string,
  remove: (keys: readonly string[]) => Promise<void>,
): Promise<void> {
  let keys: string[] = [];
  for await (const { key } of out.list({ prefix: name })) {
    const isIt = key === name || name.endsWith("/");
    if (!isIt || key.startsWith(outputLayout.log)) continue;
    keys.push(key);
    if (keys.length < atOnce) continue;
    await remove(keys);
    keys = [];
  }
  await remove(keys);
}
