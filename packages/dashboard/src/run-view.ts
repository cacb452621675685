import {
  decodeGenerationRequest,
  decodeRunFile,
  decodeRunRecord,
  decodeSuccess,
  type GenerationRequest,
  homeLayout,
  isOver,
  type LogEntry,
  type LogState,
  MissingObjectError,
  newestTelemetry,
  type ObjectStore,
  outputLayout,
  type RunFile,
  RunLog,
  type RunProgress,
  type RunRecord,
  type RunState,
  runLayout,
  runStateOf,
  StoredProgress,
  type Success,
  type Telemetry,
} from "@pomona/core";
import { SingleFlight } from "./single-flight.ts";

/** One run, as lists show it. */
export interface RunSummary {
  readonly run: string;
  readonly state: RunState;
  /** Undefined where the output is gone. */
  readonly input: string | undefined;
  readonly out: string;
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly log: LogState;
  /** Images listed so far, and of those how many have a shard and how many are in quarantine. */
  readonly listed: number;
  readonly featurized: number;
  readonly quarantined: number;
  readonly isListed: boolean;
  readonly progress: RunProgress | undefined;
  readonly finishedAt: string | undefined;
}

export interface RunViewOptions {
  readonly home: ObjectStore;
  readonly run: string;
  readonly openOutput: (uri: string) => Promise<ObjectStore>;
  /** What the coordinator tells of the run; undefined where it tells nothing. */
  readonly told: () => RunProgress | undefined;
}

/** A run that is over is looked at again after this: a new generation may have been asked for. */
const overFreshMs = 5000;
const openFreshMs = 900;
/** Counting in the store takes listings. */
const countFreshMs = 5000;
const telemetryFreshMs = 2000;
/** The last telemetry of a run that is over was written so long before its last log entry at most, or all is looked through. */
const longestPublishingMs = 60 * 60_000;

interface Base {
  readonly record: RunRecord;
  readonly out: ObjectStore;
  readonly log: RunLog;
  readonly stored: StoredProgress;
}

/** What the store, and Redis while it is there, say of one run. Each thing is read when it is asked for, and kept for a while. */
export class RunView {
  readonly #options: RunViewOptions;
  readonly #base: SingleFlight<Base>;
  /** Objects that are written once, by key, as they were decoded. */
  readonly #written = new Map<string, SingleFlight<unknown>>();
  readonly #summary: SingleFlight<RunSummary>;
  readonly #counted: SingleFlight<RunProgress>;
  readonly #telemetry: SingleFlight<Telemetry | undefined>;
  #success: { readonly entries: number; readonly success: Success | undefined } | undefined;

  constructor(options: RunViewOptions) {
    this.#options = options;
    this.#base = new SingleFlight(() => this.#open());
    this.#summary = new SingleFlight(() => this.#summarise());
    this.#counted = new SingleFlight(async () => {
      const { stored, log } = await this.#base.get(Number.POSITIVE_INFINITY);
      return stored.count(await log.read());
    });
    this.#telemetry = new SingleFlight(() => this.#readTelemetry());
  }

  get run(): string {
    return this.#options.run;
  }

  /** As it was read last; undefined where it never was. */
  get known(): RunSummary | undefined {
    return this.#summary.last;
  }

  summary(): Promise<RunSummary> {
    const isKnownToBeOver = this.known !== undefined && isOver(this.known.state);
    return this.#summary.get(isKnownToBeOver ? overFreshMs : openFreshMs);
  }

  /** Somebody changed something just now. */
  forget(): void {
    this.#summary.forget();
  }

  /** Throws {@link MissingObjectError} where the home has no record of the run. */
  async out(): Promise<ObjectStore> {
    return (await this.#base.get(Number.POSITIVE_INFINITY)).out;
  }

  /** What was asked; undefined where the output was deleted since. */
  file(): Promise<RunFile | undefined> {
    return this.#writtenOnce(runLayout(this.run).config, decodeRunFile);
  }

  request(generation: number): Promise<GenerationRequest | undefined> {
    return this.#writtenOnce(runLayout(this.run).generation(generation).request, decodeGenerationRequest);
  }

  fingerprint(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const decode = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
    return this.#writtenOnce(runLayout(this.run).fingerprint, decode);
  }

  telemetry(): Promise<Telemetry | undefined> {
    const isKnownToBeOver = this.known !== undefined && isOver(this.known.state);
    return this.#telemetry.get(isKnownToBeOver ? overFreshMs : telemetryFreshMs);
  }

  /** `_SUCCESS`, where it is this run's. */
  async success(): Promise<Success | undefined> {
    return this.#successAsOf((await this.summary()).log);
  }

  /** The entries of this run, oldest first. */
  async history(): Promise<LogEntry[]> {
    await this.summary();
    const { log } = await this.#base.get(Number.POSITIVE_INFINITY);
    let current = false;
    return log.entries.filter((entry) => {
      if (entry.kind === "open") current = entry.run === this.run;
      return current;
    });
  }

  async #open(): Promise<Base> {
    const { home, run, openOutput } = this.#options;
    const key = homeLayout.run(run);
    const record = decodeRunRecord(await home.get(key), key);
    const out = await openOutput(record.out);
    return { record, out, log: new RunLog(out), stored: new StoredProgress(out, run) };
  }

  async #writtenOnce<T>(key: string, decode: (bytes: Uint8Array, key: string) => T): Promise<T | undefined> {
    const read = async (): Promise<T | undefined> => {
      const bytes = await getIfThere(await this.out(), key);
      return bytes && decode(bytes, key);
    };
    const written = (this.#written.get(key) ?? new SingleFlight<unknown>(read)) as SingleFlight<T | undefined>;
    this.#written.set(key, written);
    // One that is not there yet may come.
    return written.get(written.last === undefined ? openFreshMs : Number.POSITIVE_INFINITY);
  }

  async #successAsOf({ entries }: LogState): Promise<Success | undefined> {
    if (this.#success?.entries === entries) return this.#success.success;
    const bytes = await getIfThere(await this.out(), outputLayout.success);
    const success = bytes && decodeSuccess(bytes);
    this.#success = { entries, success: success?.run === this.run ? success : undefined };
    return this.#success.success;
  }

  /** Looks for the newest file where it can be expected: a run of days has thousands. */
  async #readTelemetry(): Promise<Telemetry | undefined> {
    const { out, log } = await this.#base.get(Number.POSITIVE_INFINITY);
    const { at = "" } = this.#telemetry.last ?? {};
    const { status, at: changedAt = "" } = await log.read();
    const isOpen = status === "running" || status === "publishing";
    const around = Date.parse(at) || Date.parse(changedAt) - (isOpen ? 0 : longestPublishingMs);
    return newestTelemetry(out, this.run, Number.isNaN(around) ? undefined : around);
  }

  async #summarise(): Promise<RunSummary> {
    const { record, log } = await this.#base.get(Number.POSITIVE_INFINITY);
    const [state, file] = await Promise.all([log.read(), this.file()]);
    const name = runStateOf(state, record);
    const success = name === "done" ? await this.#successAsOf(state) : undefined;
    const progress = success === undefined && file !== undefined ? await this.#progress(state) : undefined;
    const overImages = progress?.phase === "listing" || progress?.phase === "featurizing";
    const done = overImages ? (progress?.done ?? 0) : (progress?.listed ?? 0);
    const quarantined = success?.books.quarantined ?? progress?.quarantined ?? 0;
    return {
      run: record.run,
      state: name,
      input: file?.input,
      out: record.out,
      submittedBy: record.submittedBy,
      submittedAt: record.at,
      log: state,
      listed: success?.books.listed ?? progress?.listed ?? 0,
      featurized: success?.books.featurized ?? Math.max(0, done - quarantined),
      quarantined,
      isListed: success !== undefined || (progress !== undefined && (!overImages || progress.total !== undefined)),
      progress,
      finishedAt: success?.finishedAt ?? (isOver(name) ? state.at : undefined),
    };
  }

  async #progress(state: LogState): Promise<RunProgress | undefined> {
    if (state.run !== this.run) return undefined;
    // What was told last stays in Redis for a minute after the end, or after a new beginning by nobody.
    const told = state.owner && this.#options.told();
    if (told !== undefined) return told;
    const written = await this.telemetry();
    // Where nobody told of this generation yet, what there is is counted.
    const isOfIt = written?.generation === state.generation;
    return (isOfIt ? written.progress : undefined) ?? this.#counted.get(countFreshMs);
  }
}

async function getIfThere(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(key);
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}
