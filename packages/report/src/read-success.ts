import { decodeSuccess, type ObjectStore, outputLayout, type Success, UsageError } from "@pomona/core";

/** `_SUCCESS` of an output. Throws {@link UsageError} `no-result` where there is none, saying what is there instead. */
export async function readSuccess(out: ObjectStore): Promise<Success> {
  if ((await out.stat(outputLayout.success)) !== undefined) {
    const success = decodeSuccess(await out.get(outputLayout.success));
    if (success !== undefined) return success;
    throw noResult(out, "its _SUCCESS was not written by this version of Pomona", "Name the folder given as --out.");
  }
  const [isOurs, isEmpty] = [!(await hasNone(out, outputLayout.ours)), await hasNone(out, "")];
  if (isOurs) {
    throw noResult(out, "its run is not finished: there is no _SUCCESS", "Run the same pomona run command again.");
  }
  if (isEmpty) throw noResult(out, "the folder is empty or not there", "Name the folder given as --out.");
  throw noResult(out, "what lies there was not written by Pomona", "Name the folder given as --out.");
}

async function hasNone(out: ObjectStore, prefix: string): Promise<boolean> {
  for await (const _ of out.list({ prefix })) return false;
  return true;
}

function noResult(out: ObjectStore, why: string, remedy: string): UsageError {
  return new UsageError("no-result", `no result in ${out.uri}: ${why}`, { remedy });
}
