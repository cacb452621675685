import type { PomonaError } from "@pomona/core";
import type { S3Options } from "@pomona/store";

/** What a process that makes one report is told. */
export interface ReportTask {
  readonly home: string;
  readonly run: string;
  readonly s3: S3Options | undefined;
}

/** What it answers, once. */
export type ReportAnswer =
  | { readonly kind: "done"; readonly rows: number; readonly notices: readonly string[] }
  | { readonly kind: "failed"; readonly failure: Pick<PomonaError, "code" | "message" | "remedy"> };
