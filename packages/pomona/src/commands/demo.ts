import { exitCodes, UsageError } from "@pomona/core";
import { poolFlag } from "../client/pool-flag.ts";
import { demoFolder } from "../demo-folder.ts";
import { describeSummary } from "../describe-summary.ts";
import { openPath } from "../open-path.ts";
import { configFlags } from "../option-flags.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { configOf } from "./config-of.ts";
import type { PlaceFlags } from "./pool-context.ts";
import { printer } from "./printer.ts";
import { withProgress } from "./with-progress.ts";

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
  const { env, cwd, stderr, user, signal } = surroundings;
  const { open: opens = false } = flags;
  const { formatValidation } = await import("@pomona/report");
  const { redis } = (await configOf(flags, surroundings)).machine;
  if (redis === undefined) refusePoolFlags(flags);
  const { home, cache: cacheDir } = userFolders(env, surroundings.homeFolder, surroundings.platform);
  const { summary, validation, paths } = await withProgress(surroundings, flags, async (sink) => {
    const common = { cwd, cacheDir, submittedBy: user, env, ...sink, signal };
    if (redis === undefined) return (await import("../demo.ts")).demo({ ...common, home });
    const { photos, out = demoFolder } = flags;
    const pool = { redis, poolFlag: poolFlag(redis, env), photos, out, flags: configFlags(flags) };
    return (await import("../pool-demo.ts")).poolDemo({ ...common, ...pool });
  });
  printer(flags, surroundings)(
    { ...summary, valid: validation.ok, paths },
    `${describeSummary(summary)}\n${formatValidation(validation)}\n${describePaths(paths)}`,
  );
  if (opens) await openPath(paths.report, (message) => void stderr.write(`${message}\n`));
  return validation.ok ? exitCodes.done : exitCodes.failed;
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
