import type { ObjectStore } from "@pomona/core";
import { openStore, type S3Options } from "@pomona/store";

export interface WriteReportOptions {
  readonly out: ObjectStore;
  readonly cwd: string;
  readonly s3?: S3Options | undefined;
  readonly onNotice?: (message: string) => void;
}

/**
 * Writes the report of a finished result, with pictures as far as its images can still be read. What draws is loaded
 * only now: most commands never need it.
 */
export async function writeReport({ out, cwd, s3, onNotice }: WriteReportOptions): Promise<void> {
  const { makeReport } = await import("@pomona/report");
  await makeReport(out, {
    openInput: (uri) => openStore(uri, { cwd, s3, mustExist: true }),
    ...(onNotice && { onNotice }),
  });
}
