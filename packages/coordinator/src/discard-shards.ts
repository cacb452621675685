import { decodeRunSettings, type ObjectStore, type OpenRun, RunLog, runLayout } from "@pomona/core";
import { type Cleaned, cleanOutput } from "./clean-output.ts";

/** Who cleaned, in the log of an output. */
const by = "--discard-shards";

/**
 * Removes the stored features of a run that is done, where its newest settings say so; goes on with a removal that was
 * interrupted. Undefined where nothing is to be removed. Throws as {@link cleanOutput} does; the result stays in any case.
 */
export async function discardShards(
  { file: { run }, out }: Pick<OpenRun, "file" | "out">,
  { now = () => new Date(), signal }: { readonly now?: () => Date; readonly signal?: AbortSignal } = {},
): Promise<Cleaned | undefined> {
  const state = await new RunLog(out).read();
  if (state.run !== run || state.status !== "done") return undefined;
  const key = runLayout(run).settings;
  const { discardShards: isAsked = false } = decodeRunSettings(await out.get(key), key);
  if (!isAsked || (state.cleaned && !(await hasShards(out, run)))) return undefined;
  return cleanOutput({ out, by, now, signal });
}

/** They are the last that cleaning removes, but for marks of suspects. */
async function hasShards(out: ObjectStore, run: string): Promise<boolean> {
  for await (const { key } of out.list({ prefix: runLayout(run).shards })) if (isShard(key)) return true;
  return false;
}

/** Not a retried one, which cleaning leaves. */
function isShard(key: string): boolean {
  return /\/\d+\.arrow$/.test(key);
}
