import { exitCodes, resolveConfig, UsageError } from "@pomona/core";
import { describeSummary } from "../describe-summary.ts";
import { loadConfigFile } from "../load-config-file.ts";
import { createLog } from "../log.ts";
import { configFlags } from "../option-flags.ts";
import type { OutputRequest } from "../prepare-output.ts";
import { run } from "../run.ts";
import type { Surroundings } from "../surroundings.ts";
import type { OptionSources } from "../transform.ts";
import { userFolders } from "../user-folders.ts";
import { followInPool, type PoolRunFlags, refusePoolFlags } from "./follow-in-pool.ts";
import { printer } from "./printer.ts";
import { withProgress } from "./with-progress.ts";

export interface RunLikeFlags extends PoolRunFlags {
  readonly out?: string;
  readonly config?: string;
}

/** What a command that makes a table finds out before there is a run. */
export type Prepare = (options: {
  readonly sources: OptionSources;
  readonly cwd: string;
  readonly cacheDir: string;
  readonly onNotice: (message: string) => void;
}) => Promise<Pick<OutputRequest, "config" | "given" | "update">>;

/** Reads the flags, has the run made here or by a pool, shows its progress and prints what it came to. */
export async function makeTable(
  { input, command }: { readonly input: string; readonly command: string },
  flags: RunLikeFlags,
  surroundings: Surroundings,
  prepare: Prepare,
): Promise<number> {
  const { cwd, env, stderr, homeFolder, platform, user, signal } = surroundings;
  const { out } = flags;
  if (out === undefined) {
    throw new UsageError("bad-option", "--out <folder> is missing", {
      remedy: `pomona ${command} ${input} … --out result`,
    });
  }
  const file = await loadConfigFile(flags.config ?? env.POMONA_CONFIG, cwd);
  // Here it names a result, not a network.
  const sources = { flags: configFlags({ ...flags, model: undefined }), env, file };
  const { home, cache: cacheDir } = userFolders(env, homeFolder, platform);
  const { redis } = resolveConfig(sources).machine;
  if (redis === undefined) refusePoolFlags(flags);
  const onNotice = (message: string): void => void stderr.write(`${message}\n`);
  const prepared = await prepare({ sources, cwd, cacheDir, onNotice });
  if (redis !== undefined) return followInPool({ input, out, redis, ...prepared }, flags, surroundings);
  const summary = await withProgress(surroundings, flags, (sink) =>
    run({
      input,
      out,
      ...prepared,
      home: flags.home ?? home,
      cacheDir,
      cwd,
      submittedBy: user,
      environment: env,
      ...(flags.overwrite && { overwrite: true }),
      ...(flags.takeOver && { takeOver: true }),
      log: createLog(prepared.config.machine.logLevel),
      ...sink,
      signal,
    }),
  );
  printer(flags, surroundings)(summary, describeSummary(summary));
  return exitCodes.done;
}
