import { exitCodes, type RunProgress, UsageError } from "@pomona/core";
import { poolFlag } from "../client/pool-flag.ts";
import type { DemoResult } from "../demo.ts";
import { demoFolder } from "../demo-folder.ts";
import { describeSummary } from "../describe-summary.ts";
import { openPath } from "../open-path.ts";
import { configFlags } from "../option-flags.ts";
import { createProgressView } from "../progress-view.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { configOf, type PlaceFlags } from "./pool-context.ts";

export interface DemoFlags extends PlaceFlags {
  /** Show the report when all is done. */
  readonly open?: boolean;
  readonly plain?: boolean;
  /** With a pool: where the photos are. */
  readonly photos?: string;
  /** With a pool: where the result goes. */
  readonly out?: string;
}

/** `pomona demo`: exit code 0 when the result is valid. */
export async function demoCommand(surroundings: Surroundings, flags: DemoFlags = {}): Promise<number> {
  const { env, cwd, stdout, stderr, user, signal } = surroundings;
  const { open: opens = false, json = false, plain = false } = flags;
  const { formatValidation } = await import("@pomona/report");
  const { redis } = (await configOf(flags, surroundings)).machine;
  if (redis === undefined) refusePoolFlags(flags);
  const { home, cache: cacheDir } = userFolders(env, surroundings.homeFolder, surroundings.platform);
  const view = createProgressView(stderr, { plain: plain || json });
  const notice = (message: string): void => void stderr.write(`${message}\n`);
  async function result(): Promise<DemoResult> {
    const common = {
      cwd,
      cacheDir,
      submittedBy: user,
      env,
      onProgress: (progress: RunProgress) => view.show(progress),
      onNotice: notice,
      signal,
    };
    if (redis === undefined) return (await import("../demo.ts")).demo({ ...common, home });
    const { photos, out = demoFolder } = flags;
    const pool = { redis, poolFlag: poolFlag(redis, env), photos, out, flags: configFlags(flags) };
    return (await import("../pool-demo.ts")).poolDemo({ ...common, ...pool });
  }
  try {
    const { summary, validation, paths } = await result();
    view.close();
    stdout.write(
      json
        ? `${JSON.stringify({ ...summary, valid: validation.ok, paths })}\n`
        : `${describeSummary(summary)}\n${formatValidation(validation)}\n${describePaths(paths)}`,
    );
    if (opens) await openPath(paths.report, notice);
    return validation.ok ? exitCodes.done : exitCodes.failed;
  } finally {
    view.close();
  }
}

function refusePoolFlags({ photos, out }: DemoFlags): void {
  const flag = photos !== undefined ? "--photos" : out !== undefined ? "--out" : undefined;
  if (flag === undefined) return;
  throw new UsageError("bad-option", `${flag} is for the demo of a pool`, {
    remedy: "Give --redis redis://host:6379 too; or pomona run, which takes any photos.",
  });
}

function describePaths(paths: Readonly<Record<string, string>>): string {
  const rows = Object.entries(paths).map(([name, path]) => `  ${name.padEnd(10)} ${path}`);
  return ["The photos and what was made of them", ...rows, ""].join("\n");
}
