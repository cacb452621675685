import { deletableNames, type ObjectStore, outputLayout, type RunLog } from "@pomona/core";

const atOnce = 1000;

/**
 * Deletes what Pomona wrote, `_SUCCESS` first, so that no reader takes a half-deleted table for a result; the log
 * stays, and what is not of the layout is never touched. An interrupted deletion is continued by the next run.
 */
export async function deleteOutput(out: ObjectStore, log: RunLog, now: () => Date): Promise<void> {
  await log.append(() => ({ kind: "deleting", at: now().toISOString() }));
  await out.delete([outputLayout.success]);
  for (const name of deletableNames) await deletePrefix(out, name, () => true);
  await deletePrefix(out, outputLayout.ours, (key) => !key.startsWith(outputLayout.log));
  await log.append(() => ({ kind: "deleted", at: now().toISOString() }));
}

async function deletePrefix(out: ObjectStore, prefix: string, mayGo: (key: string) => boolean): Promise<void> {
  let keys: string[] = [];
  const exactly = !prefix.endsWith("/");
  for await (const { key } of out.list({ prefix })) {
    if ((exactly && key !== prefix) || !mayGo(key)) continue;
    keys.push(key);
    if (keys.length < atOnce) continue;
    await out.delete(keys);
    keys = [];
  }
  await out.delete(keys);
}
