import {
  decodeRunFile,
  decodeRunRecord,
  decodeRunSettings,
  homeLayout,
  type ObjectStore,
  type OpenRun,
  Patience,
  PomonaError,
  protocol,
  type RunOpener,
  runLayout,
  type Weather,
} from "@pomona/core";
import { openStore } from "./open-store.ts";
import { PatientStore, type RetryListener } from "./patient-store.ts";
import type { S3Options } from "./s3-options.ts";

export interface RunOpenerOptions {
  /** Where runs are registered. */
  readonly home: ObjectStore;
  readonly onRetry?: RetryListener | undefined;
  /** Told of every request to a run's stores that succeeded. */
  readonly onSuccess?: ((run: string, weather: Weather) => void) | undefined;
  /** How S3 is spoken to, where a run is there. */
  readonly s3?: S3Options | undefined;
}

/** Remembers the runs that it opened last. */
export type CachedRunOpener = RunOpener & {
  /** The run is opened anew when it is asked for again: with its newest settings, and with fresh patience. */
  readonly forget: (run: string) => void;
};

/** Runs that are kept open; a process of a pool that lives for months sees many more. */
const maxOpen = 64;
/** How long storage may fail until a run's own settings are known. */
const openingGiveUpAfterMs = 120_000;

/**
 * Opens runs by their id: home → output → run.json, settings → input. Input and output have clocks of patience of their own,
 * which the settings of the run wind up: reading a batch says nothing of whether its images can be read. Throws {@link PomonaError} `other-protocol` for a run of an incompatible version.
 */
export function createRunOpener(options: RunOpenerOptions): CachedRunOpener {
  const opened = new Map<string, Promise<OpenRun>>();
  const openRun = (run: string): Promise<OpenRun> => {
    const opening = opened.get(run) ?? open(run, options);
    // Moved to the end: the first is the one that was not asked for the longest.
    opened.delete(run);
    opened.set(run, opening);
    const [oldest] = opened.keys();
    if (opened.size > maxOpen && oldest !== undefined) opened.delete(oldest);
    opening.catch(() => {
      if (opened.get(run) === opening) opened.delete(run);
    });
    return opening;
  };
  return Object.assign(openRun, { forget: (run: string) => void opened.delete(run) });
}

async function open(run: string, { home, onRetry, onSuccess, s3 }: RunOpenerOptions): Promise<OpenRun> {
  // Recorded locations are URIs, so nothing is relative.
  const anywhere = { cwd: "/", s3 };
  const opening = new Patience({ giveUpAfterMs: openingGiveUpAfterMs });
  const recordKey = homeLayout.run(run);
  const record = decodeRunRecord(await new PatientStore(home, opening, { onRetry }).get(recordKey), recordKey);
  const bareOut = await openStore(record.out, anywhere);
  const layout = runLayout(run);
  const early = new PatientStore(bareOut, opening, { onRetry });
  const file = decodeRunFile(await early.get(layout.config), layout.config);
  if (file.protocol !== protocol) {
    throw new PomonaError("other-protocol", `run ${run} has protocol ${file.protocol}, this process ${protocol}`, {
      remedy: "Run the same version of Pomona in every role.",
    });
  }
  const settings = decodeRunSettings(await early.get(layout.settings), layout.settings);
  const clock = {
    giveUpAfterMs: settings.giveUpAfter * 1000,
    onSuccess: (weather: Weather) => onSuccess?.(run, weather),
  };
  const input = await openStore(file.input, { ...anywhere, mustExist: true });
  return {
    file,
    settings,
    out: new PatientStore(bareOut, new Patience(clock), { onRetry }),
    input: new PatientStore(input, new Patience({ ...clock, place: "input" }), { onRetry }),
    ...(file.update && {
      earlier: new PatientStore(await openStore(file.update.from, anywhere), new Patience(clock), { onRetry }),
    }),
  };
}
