import { exitCodes, outputLayout, resolveConfig } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { openPath } from "../open-path.ts";
import { openPlace } from "../places.ts";
import type { Surroundings } from "../surroundings.ts";
import { writeReport } from "../write-report.ts";

export interface ReportFlags {
  /** Show it when it is written. */
  readonly open?: boolean;
  readonly json?: boolean;
}

/** `pomona report <out>`. */
export async function reportCommand(
  out: string,
  { open: opens = false, json = false }: ReportFlags,
  { cwd, env, stdout, stderr }: Surroundings,
): Promise<number> {
  const s3 = s3OptionsOf(resolveConfig({ env }).machine);
  const place = await openPlace(out, cwd, "input", { s3 });
  const notice = (message: string): void => void stderr.write(`${message}\n`);
  await writeReport({ out: place, cwd, s3, onNotice: notice });
  const report = `${place.uri}${outputLayout.report}`;
  stdout.write(
    json ? `${JSON.stringify({ report, data: `${place.uri}${outputLayout.reportData}` })}\n` : `${report}\n`,
  );
  if (opens) await openPath(report, notice);
  return exitCodes.done;
}
