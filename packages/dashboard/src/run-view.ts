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
  readLogEntries,
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

/** A run that ends no more is looked at again after this: a new generation may have been asked for. */
const overFreshMs = 5000;
const openFreshMs = 900;
/** Counting in the store takes listings. */
const countFreshMs = 5000;
const telemetryFreshMs = 2000;

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
  readonly #file: SingleFlight<RunFile | undefined>;
  readonly #summary: SingleFlight<RunSummary>;
  readonly #counted: SingleFlight<RunProgress>;
  readonly #telemetry: SingleFlight<Telemetry | undefined>;
  #success: { readonly entries: number; readonly success: Success | undefined } | undefined;

  constructor(options: RunViewOptions) {
    this.#options = options;
    this.#base = new SingleFlight(() => this.#open());
    this.#file = new SingleFlight(() => this.#readFile());
    this.#summary = new SingleFlight(() => this.#summarise());
    this.#counted = new SingleFlight(async () => {
      const { stored, log } = await this.#base.get(Number.POSITIVE_INFINITY);
      return stored.count(await log.read());
    });
    this.#telemetry = new SingleFlight(async () => newestTelemetry(await this.out(), options.run));
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

  async out(): Promise<ObjectStore> {
    return (await this.#base.get(Number.POSITIVE_INFINITY)).out;
  }

  /** What was asked; undefined where the output was deleted since. */
  async file(): Promise<RunFile | undefined> {
    // Written once; one that is not there yet may come.
    return this.#file.get(this.#file.last === undefined ? openFreshMs : Number.POSITIVE_INFINITY);
  }

  async request(generation: number): Promise<GenerationRequest | undefined> {
    const key = runLayout(this.run).generation(generation).request;
    const bytes = await getIfThere(await this.out(), key);
    return bytes && decodeGenerationRequest(bytes, key);
  }

  async fingerprint(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const bytes = await getIfThere(await this.out(), runLayout(this.run).fingerprint);
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>);
  }

  telemetry(): Promise<Telemetry | undefined> {
    const isKnownToBeOver = this.known !== undefined && isOver(this.known.state);
    return this.#telemetry.get(isKnownToBeOver ? overFreshMs : telemetryFreshMs);
  }

  /** `_SUCCESS`, where it is this run's. */
  async success(): Promise<Success | undefined> {
    const { out, log } = await this.#base.get(Number.POSITIVE_INFINITY);
    const { entries } = await log.read();
    if (this.#success?.entries === entries) return this.#success.success;
    const bytes = await getIfThere(out, outputLayout.success);
    const success = bytes && decodeSuccess(bytes);
    this.#success = { entries, success: success?.run === this.run ? success : undefined };
    return this.#success.success;
  }

  /** The entries of this run, oldest first. */
  async history(): Promise<LogEntry[]> {
    const entries = await readLogEntries(await this.out());
    let current = false;
    return entries.filter((entry) => {
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

  async #readFile(): Promise<RunFile | undefined> {
    const key = runLayout(this.run).config;
    const bytes = await getIfThere(await this.out(), key);
    return bytes && decodeRunFile(bytes, key);
  }

  async #summarise(): Promise<RunSummary> {
    const { record, log } = await this.#base.get(Number.POSITIVE_INFINITY);
    const [state, file] = await Promise.all([log.read(), this.file()]);
    const name = runStateOf(state, record);
    const success = name === "done" ? await this.success() : undefined;
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
    return told ?? this.#counted.get(countFreshMs);
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
