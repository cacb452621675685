import {
  homeLayout,
  isRunId,
  type JobQueue,
  MissingObjectError,
  type ObjectStore,
  type OpenRun,
  type Owner,
  type RunOpener,
  type RunProgress,
} from "@pomona/core";
import { ActiveRun, type RunEnd } from "./active-run.ts";
import { adoptRun, type NotAdopted } from "./adopt-run.ts";
import type { ImageSource } from "./image-source.ts";
import { VirtualTime } from "./virtual-time.ts";

export interface RunServerOptions {
  readonly home: ObjectStore;
  readonly openRun: RunOpener;
  readonly sourceOf: (run: OpenRun) => Promise<ImageSource>;
  readonly queue: JobQueue;
  readonly owner: Owner;
  readonly onProgress?: (run: string, progress: RunProgress) => void;
  readonly onBegun?: (run: ActiveRun) => void;
  readonly onEnded?: (run: ActiveRun, end: RunEnd) => void;
  /** Told, each time that it is looked at, of a run that ended without this process. */
  readonly onFoundEnded?: (run: OpenRun) => void;
  /** A run that cannot even be opened, or a home that cannot be listed: told each time, tried again later. */
  readonly onTrouble?: (error: unknown, run: string | undefined) => void;
  readonly now?: () => Date;
}

/** Units of work without a result, of the runs that are not paused: what autoscaling goes by. */
export interface Backlog {
  readonly features: number;
  readonly reduce: number;
}

/** How long a run that has no log entry yet may still get one: its submitter wrote the registry entry first. */
const openingMs = 10 * 60_000;

/** Runs that are looked at together: after a start that is all that the home ever had, a few requests each. */
const consideredAtOnce = 16;

/** How long the answer is believed that a run needs nobody, unless somebody calls {@link RunServer.look}. */
const believedMs: Readonly<Record<NotAdopted, number>> = {
  ended: 10 * 60_000,
  "not-current": Number.POSITIVE_INFINITY,
  owned: 10_000,
  "not-opened": 5_000,
};

/**
 * Drives all unfinished runs of a home that nobody else drives. Its memory is what the store says: it can be killed at
 * any moment, and several of them share a home.
 */
export class RunServer {
  readonly #options: RunServerOptions;
  readonly #active = new Map<string, ActiveRun>();
  /** When a run that is left alone is looked at again, in milliseconds since 1970. */
  readonly #lookAgainAt = new Map<string, number>();
  readonly #virtualTime = new VirtualTime();
  #slots = 1;
  #closed = false;

  constructor(options: RunServerOptions) {
    this.#options = options;
  }

  get active(): readonly ActiveRun[] {
    return [...this.#active.values()];
  }

  get backlog(): Backlog {
    let features = 0;
    let reduce = 0;
    for (const { paused, progress } of this.#active.values()) {
      if (paused || progress === undefined) continue;
      features += progress.pendingBatches;
      const left = Math.max(0, (progress.total ?? 0) - progress.done);
      if (progress.phase === "retrying") features += left;
      else if (progress.phase !== "listing" && progress.phase !== "featurizing") reduce += left;
    }
    return { features, reduce };
  }

  /** Somebody wrote into the log of this run: look at it in the next round. */
  look(run: string): void {
    this.#lookAgainAt.delete(run);
  }

  /** One round: follows the logs of the active runs and adopts what waits for a coordinator. */
  async round(): Promise<void> {
    await this.#countSlots();
    await Promise.all(this.active.map((run) => this.#guard(run.adopted.file.run, () => run.follow())));
    await this.#guard(undefined, async () => {
      const runs = this.#registered();
      const considerSome = async (): Promise<void> => {
        for await (const run of runs) await this.#guard(run, () => this.#consider(run));
      };
      await Promise.all(Array.from({ length: consideredAtOnce }, considerSome));
    });
  }

  /** Leaves all runs where they are: another coordinator, or this one when it is back, goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    const active = this.active;
    for (const run of active) run.leave("the coordinator stops");
    await Promise.all(active.map(({ ended }) => ended));
  }

  async *#registered(): AsyncGenerator<string> {
    for await (const { key } of this.#options.home.list({ prefix: homeLayout.runs })) {
      if (this.#closed) return;
      const run = key.slice(homeLayout.runs.length, -".json".length);
      if (isRunId(run)) yield run;
    }
  }

  async #consider(run: string): Promise<void> {
    const { openRun, sourceOf, owner, queue, now = () => new Date(), onBegun, onProgress } = this.#options;
    const time = now().getTime();
    if (this.#active.has(run) || time < (this.#lookAgainAt.get(run) ?? 0)) return;
    // Also where it fails: trouble of one run must not be met in every round.
    this.#lookAgainAt.set(run, time + believedMs["not-opened"]);
    const opened = await openRun(run).catch((error: unknown) => {
      // run.json is written after the registry entry; a home may also outlive its outputs.
      if (error instanceof MissingObjectError) return undefined;
      throw error;
    });
    const adopted = opened === undefined ? "not-opened" : await adoptRun({ opened, owner, now });
    if (typeof adopted === "string") {
      if (adopted === "ended" && opened !== undefined) this.#options.onFoundEnded?.(opened);
      this.#lookAgainAt.set(run, time + this.#believe(run, adopted, time));
      return;
    }
    const active = new ActiveRun({
      adopted,
      // Read when the listing begins: what is wrong with it fails the run, not this round.
      source: async function* images(after) {
        yield* (await sourceOf(adopted))(after);
      },
      virtualTime: this.#virtualTime,
      dispatch: { queue, window: () => 2 * this.#slots },
      onProgress: (progress) => onProgress?.(run, progress),
    });
    this.#active.set(run, active);
    onBegun?.(active);
    void active.ended.then((end) => this.#hasEnded(active, end));
  }

  #hasEnded(active: ActiveRun, end: RunEnd): void {
    const { run } = active.adopted.file;
    this.#active.delete(run);
    this.#lookAgainAt.delete(run);
    this.#options.onEnded?.(active, end);
  }

  #believe(run: string, answer: NotAdopted, time: number): number {
    if (answer !== "not-opened") return believedMs[answer];
    // The id says when it was made.
    const [, year, month, day, hour, minute, second] =
      /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(run)?.map(Number) ?? [];
    const made = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
    return time - made > openingMs ? Number.POSITIVE_INFINITY : believedMs[answer];
  }

  /** Without any worker a run still puts a few jobs into the queue, for the first one to find. */
  async #countSlots(): Promise<void> {
    await this.#guard(undefined, async () => {
      const { queue } = this.#options;
      const [features, reduce] = await Promise.all([queue.slots("features"), queue.slots("reduce")]);
      this.#slots = Math.max(1, features, reduce);
    });
  }

  async #guard(run: string | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.onTrouble?.(error, run);
    }
  }
}
