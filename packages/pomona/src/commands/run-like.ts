import { exitCodes, resolveConfig, UsageError } from "@pomona/core";
import { describeSummary } from "../describe-summary.ts";
import { loadConfigFile } from "../load-config-file.ts";
import { createLog } from "../log.ts";
import { configFlags } from "../option-flags.ts";
import type { RunOptions } from "../run.ts";
import type { RunSummary } from "../run-summary.ts";
import type { Surroundings } from "../surroundings.ts";
import type { OptionSources } from "../transform.ts";
import { userFolders } from "../user-folders.ts";
import { printer } from "./printer.ts";
import { withProgress } from "./with-progress.ts";

export interface RunLikeFlags extends Readonly<Record<string, unknown>> {
  readonly out?: string;
  readonly home?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly overwrite?: boolean;
  readonly takeOver?: boolean;
}

/** What a command that makes a table gives to the function that does. */
export type RunLikeOptions = Omit<RunOptions, "config" | "given" | "update"> & { readonly sources: OptionSources };

/** Reads the flags, lets `make` do the work, shows its progress and prints what it came to. */
export async function makeTable(
  { input, command }: { readonly input: string; readonly command: string },
  flags: RunLikeFlags,
  surroundings: Surroundings,
  make: (options: RunLikeOptions) => Promise<RunSummary>,
): Promise<number> {
  const { cwd, env, homeFolder, platform, user, signal } = surroundings;
  const { out } = flags;
  if (out === undefined) {
    throw new UsageError("bad-option", "--out <folder> is missing", {
      remedy: `pomona ${command} ${input} … --out result`,
    });
  }
  const file = await loadConfigFile(flags.config ?? env.POMONA_CONFIG, cwd);
  // Here it names a result, not a network.
  const sources = { flags: configFlags({ ...flags, model: undefined }), env, file };
  const folders = userFolders(env, homeFolder, platform);
  const summary = await withProgress(surroundings, flags, (sink) =>
    make({
      input,
      out,
      sources,
      home: flags.home ?? folders.home,
      cacheDir: folders.cache,
      cwd,
      submittedBy: user,
      environment: env,
      ...(flags.overwrite && { overwrite: true }),
      ...(flags.takeOver && { takeOver: true }),
      log: createLog(resolveConfig(sources).machine.logLevel),
      ...sink,
      signal,
    }),
  );
  printer(flags, surroundings)(summary, describeSummary(summary));
  return exitCodes.done;
}
