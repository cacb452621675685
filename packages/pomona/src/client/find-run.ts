import {
  decodeRunFile,
  decodeRunRecord,
  homeLayout,
  isRunId,
  MissingObjectError,
  type ObjectStore,
  type RunFile,
  RunLog,
  type RunRecord,
  runLayout,
  UsageError,
} from "@pomona/core";
import type { S3Options } from "@pomona/store";
import { openPatient } from "./open-patient.ts";

/** A run of a home. */
export interface FoundRun {
  readonly record: RunRecord;
  readonly out: ObjectStore;
  readonly log: RunLog;
}

/** Throws {@link UsageError} `unknown-run` where the home knows no such run. */
export async function findRun(home: ObjectStore, run: string, s3: S3Options): Promise<FoundRun> {
  const key = homeLayout.run(run);
  const bytes = isRunId(run) ? await getIfThere(home, key) : undefined;
  if (bytes === undefined) {
    throw new UsageError("unknown-run", `${home.uri} knows no run ${JSON.stringify(run)}`, {
      remedy: "pomona runs lists them; --home and --redis say where to look.",
    });
  }
  const record = decodeRunRecord(bytes, key);
  const out = await openPatient(record.out, "/", "output", { s3 });
  return { record, out, log: new RunLog(out) };
}

/** What was asked; undefined where the output was deleted since. */
export async function readRunFile({ record, out }: FoundRun): Promise<RunFile | undefined> {
  const key = runLayout(record.run).config;
  const bytes = await getIfThere(out, key);
  return bytes && decodeRunFile(bytes, key);
}

export async function getIfThere(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(key);
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}
