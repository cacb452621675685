import { setTimeout as sleep } from "node:timers/promises";
import {
  homeLayout,
  isOver,
  isRunId,
  MissingObjectError,
  type ObjectStore,
  type RunProgress,
  UsageError,
} from "@pomona/core";
import { type RunSummary, RunView } from "./run-view.ts";
import { SingleFlight } from "./single-flight.ts";

export interface RunShelfOptions {
  readonly home: ObjectStore;
  readonly openOutput: (uri: string) => Promise<ObjectStore>;
  readonly told: (run: string) => RunProgress | undefined;
}

/** A row of a list. */
export interface ShelvedRun {
  readonly run: string;
  /** Undefined while it is being read. */
  readonly summary: RunSummary | undefined;
  readonly error: string | undefined;
}

/** Views that are kept; the least recently used go first. */
const maxViews = 2000;
const idsFreshMs = 2000;
/** Ids begin with their time; a machine whose clock is slow may register one that is not the newest. */
const relistEveryMs = 5 * 60_000;
/** Runs that are read in the background at the same time, beside what people ask for. */
const background = 4;
/** Until they look whether a page is still being read. */
const standBackMs = 25;

/** The runs of a home: ids from one listing, everything else when it is asked for. */
export class RunShelf {
  readonly #options: RunShelfOptions;
  readonly #views = new Map<string, RunView>();
  readonly #ids: SingleFlight<readonly string[]>;
  readonly #errors = new Map<string, string>();
  #known: string[] = [];
  #relistedAt = 0;
  #isSurveying = false;
  /** Pages that are being read. */
  #waiting = 0;

  constructor(options: RunShelfOptions) {
    this.#options = options;
    this.#ids = new SingleFlight(() => this.#list());
  }

  get home(): string {
    return this.#options.home.uri;
  }

  /** All ids, newest first. */
  ids(): Promise<readonly string[]> {
    return this.#ids.get(idsFreshMs);
  }

  /** Throws {@link UsageError} `unknown-run` where the home knows no such run. Asks for this one alone. */
  async find(run: string): Promise<RunView> {
    if (isRunId(run)) {
      const view = this.#view(run);
      try {
        await view.out();
        return view;
      } catch (error) {
        if (!(error instanceof MissingObjectError)) throw error;
        this.#views.delete(run);
      }
    }
    throw new UsageError("unknown-run", `${this.home} knows no run ${JSON.stringify(run.slice(0, 64))}`);
  }

  /** Rows of these runs; those that are not read within `budgetMs` come without a summary, and are read on. */
  async rows(ids: readonly string[], budgetMs: number): Promise<ShelvedRun[]> {
    const reading = ids.map((run) => this.#read(run));
    await Promise.race([Promise.all(reading), new Promise((resolve) => setTimeout(resolve, budgetMs).unref())]);
    return ids.map((run) => ({ run, summary: this.#views.get(run)?.known, error: this.#errors.get(run) }));
  }

  /** Runs that are known to be unfinished. */
  *active(): Generator<string> {
    for (const [run, { known }] of this.#views) if (known !== undefined && !isOver(known.state)) yield run;
  }

  /** What is known of all runs without asking anybody. */
  *known(): Generator<RunSummary> {
    for (const { known } of this.#views.values()) if (known !== undefined) yield known;
  }

  /** Reads what somebody waits for: the survey stands back until that is there. */
  async inForeground<T>(read: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await read();
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Reads every run that was never read, newest first, in the background: for searches, filters and metrics. */
  async survey(): Promise<void> {
    if (this.#isSurveying) return;
    this.#isSurveying = true;
    try {
      const unread = (await this.ids()).slice(0, maxViews).filter((run) => this.#views.get(run)?.known === undefined);
      const left = unread.values();
      const readSome = async (): Promise<void> => {
        for (const run of left) {
          while (this.#waiting > 0) await sleep(standBackMs);
          await this.#read(run);
        }
      };
      await Promise.all(Array.from({ length: background }, readSome));
    } finally {
      this.#isSurveying = false;
    }
  }

  async #read(run: string): Promise<void> {
    try {
      await this.#view(run).summary();
      this.#errors.delete(run);
    } catch (error) {
      this.#errors.set(run, error instanceof Error ? error.message : String(error));
    }
  }

  #view(run: string): RunView {
    const { home, openOutput, told } = this.#options;
    const view = this.#views.get(run) ?? new RunView({ home, run, openOutput, told: () => told(run) });
    this.#views.delete(run);
    this.#views.set(run, view);
    if (this.#views.size > maxViews) {
      const [oldest = ""] = this.#views.keys();
      this.#views.delete(oldest);
      this.#errors.delete(oldest);
    }
    return view;
  }

  async #list(): Promise<readonly string[]> {
    const now = Date.now();
    const newest = now - this.#relistedAt < relistEveryMs ? this.#known.at(-1) : undefined;
    const found: string[] = [];
    const after = newest === undefined ? {} : { after: homeLayout.run(newest) };
    for await (const { key } of this.#options.home.list({ prefix: homeLayout.runs, ...after })) {
      const run = key.slice(homeLayout.runs.length, -".json".length);
      if (isRunId(run)) found.push(run);
    }
    if (newest === undefined) {
      this.#known = found;
      this.#relistedAt = now;
    } else {
      this.#known.push(...found);
    }
    return this.#known.toReversed();
  }
}
