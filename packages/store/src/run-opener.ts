import {
  decodeRunFile,
  decodeRunRecord,
  homeLayout,
  type ObjectStore,
  type OpenRun,
  Patience,
  PomonaError,
  protocol,
  type RunOpener,
  runLayout,
} from "@pomona/core";
import { openStore } from "./open-store.ts";
import { PatientStore, type RetryListener } from "./patient-store.ts";
import type { S3Options } from "./s3-options.ts";

export interface RunOpenerOptions {
  /** Where runs are registered. */
  readonly home: ObjectStore;
  readonly giveUpAfterMs: number;
  readonly onRetry?: RetryListener | undefined;
  /** How S3 is spoken to, where a run is there. */
  readonly s3?: S3Options | undefined;
}

/**
 * Opens runs by their id: home → output → run.json → input. Stores of one run share one clock of patience. Throws
 * {@link PomonaError} `other-protocol` for a run of an incompatible version.
 */
export function createRunOpener(options: RunOpenerOptions): RunOpener {
  const opened = new Map<string, Promise<OpenRun>>();
  return (run) => {
    const known = opened.get(run);
    if (known !== undefined) return known;
    const opening = open(run, options);
    opened.set(run, opening);
    opening.catch(() => opened.delete(run));
    return opening;
  };
}

async function open(run: string, { home, giveUpAfterMs, onRetry, s3 }: RunOpenerOptions): Promise<OpenRun> {
  // Recorded locations are URIs, so nothing is relative.
  const anywhere = { cwd: "/", s3 };
  const patience = new Patience({ giveUpAfterMs });
  const recordKey = homeLayout.run(run);
  const record = decodeRunRecord(await new PatientStore(home, patience, { onRetry }).get(recordKey), recordKey);
  const out = new PatientStore(await openStore(record.out, anywhere), patience, { onRetry });
  const fileKey = runLayout(run).config;
  const file = decodeRunFile(await out.get(fileKey), fileKey);
  if (file.protocol !== protocol) {
    throw new PomonaError("other-protocol", `run ${run} has protocol ${file.protocol}, this process ${protocol}`, {
      remedy: "Run the same version of Pomona in every role.",
    });
  }
  return {
    file,
    out,
    input: new PatientStore(await openStore(file.input, { ...anywhere, mustExist: true }), patience, { onRetry }),
  };
}
