import { exitCodes } from "@pomona/core";
import { describeSummary } from "../describe-summary.ts";
import { openPath } from "../open-path.ts";
import { createProgressView } from "../progress-view.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";

export interface DemoFlags {
  /** Show the report when all is done. */
  readonly open?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/** `pomona demo`: exit code 0 when the result is valid. */
export async function demoCommand(
  surroundings: Surroundings,
  { open: opens = false, json = false, plain = false }: DemoFlags = {},
): Promise<number> {
  const { env, cwd, stdout, stderr } = surroundings;
  const { demo } = await import("../demo.ts");
  const { formatValidation } = await import("@pomona/report");
  const folders = userFolders(env, surroundings.homeFolder, surroundings.platform);
  const view = createProgressView(stderr, { plain: plain || json });
  const notice = (message: string): void => void stderr.write(`${message}\n`);
  try {
    const result = await demo({
      cwd,
      home: folders.home,
      cacheDir: folders.cache,
      submittedBy: surroundings.user,
      env,
      onProgress: (progress) => view.show(progress),
      onNotice: notice,
      signal: surroundings.signal,
    });
    view.close();
    const { summary, validation, paths } = result;
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

function describePaths(paths: Readonly<Record<string, string>>): string {
  const rows = Object.entries(paths).map(([name, path]) => `  ${name.padEnd(10)} ${path}`);
  return ["The photos and what was made of them", ...rows, ""].join("\n");
}
