import type { ObjectStore } from "@pomona/core";
import type { ReportData } from "@pomona/report";
import { openStore, type S3Options } from "@pomona/store";

export interface WriteReportOptions {
  readonly out: ObjectStore;
  readonly cwd: string;
  /** Of this run and no other. */
  readonly run?: string;
  readonly s3?: S3Options | undefined;
  readonly onNotice?: (message: string) => void;
}

/**
 * Writes the report of a finished result, with pictures as far as its images can still be read. What draws is loaded
 * only now: most commands never need it.
 */
export async function writeReport({ out, cwd, run, s3, onNotice }: WriteReportOptions): Promise<ReportData> {
  const { makeReport } = await import("@pomona/report");
  return makeReport(out, {
    ...(run !== undefined && { run }),
    openInput: (uri) => openStore(uri, { cwd, s3, mustExist: true }),
    ...(onNotice && { onNotice }),
  });
}
