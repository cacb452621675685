import { z } from "zod";

const at = z.string();

/** Who drives a run. `startTime` tells a process from a later one with the same number. */
const owner = z.strictObject({
  host: z.string(),
  bootId: z.string(),
  pid: z.number(),
  startTime: z.string(),
});
export type Owner = z.output<typeof owner>;

const failure = z.strictObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string().optional(),
  exitCode: z.number(),
});

/** One line of the history of an output. */
export const logEntry = z.discriminatedUnion("kind", [
  /**
   * `run` becomes current, driven by `owner`, or, without one, by the first coordinator that finds it. A coordinator that
   * sees a higher epoch than its own stands down. With `generation` that one is to be made from here on. `by` is who asked
   * for it, where somebody did.
   */
  z.strictObject({
    kind: z.literal("open"),
    at,
    run: z.string(),
    epoch: z.number(),
    owner: owner.optional(),
    generation: z.number().optional(),
    by: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("closed"), at, epoch: z.number() }),
  z.strictObject({ kind: z.literal("publishing"), at, generation: z.number() }),
  z.strictObject({ kind: z.literal("done"), at, generation: z.number() }),
  z.strictObject({ kind: z.literal("failed"), at, failure }),
  z.strictObject({ kind: z.literal("cancelled"), at, by: z.string() }),
  z.strictObject({ kind: z.literal("paused"), at, by: z.string() }),
  z.strictObject({ kind: z.literal("resumed"), at, by: z.string() }),
  /** Whoever asked to be told of the end was told of it. */
  z.strictObject({ kind: z.literal("notified"), at }),
  /** `owner` removes the earlier result and run; an interrupted removal is continued by whoever comes next. */
  z.strictObject({ kind: z.literal("deleting"), at, epoch: z.number(), owner }),
  z.strictObject({ kind: z.literal("deleted"), at }),
  /** The shards of the finished run are removed, or will be: what is made of them again comes from the table. */
  z.strictObject({ kind: z.literal("cleaned"), at, by: z.string(), epoch: z.number() }),
]);
export type LogEntry = z.output<typeof logEntry>;

/** What the entries up to now add up to. */
export interface LogState {
  /** Number of the newest entry; 0 when there is none. */
  readonly entries: number;
  /** Undefined before the first run, and after a deletion. */
  readonly run: string | undefined;
  readonly epoch: number;
  readonly owner: Owner | undefined;
  readonly openedAt: string | undefined;
  /** The generation being made or made last. */
  readonly generation: number;
  /** The generation whose result is, or is being, published; 0 before the first. */
  readonly published: number;
  readonly status: "new" | "running" | "publishing" | "done" | "failed" | "cancelled" | "deleting";
  readonly paused: boolean;
  /** Its shards were removed: they are to be restored from the table before anything else is made of them. */
  readonly cleaned: boolean;
  /** When the newest entry was written. */
  readonly at: string | undefined;
  /** Who paused, resumed or cancelled it last. */
  readonly by: string | undefined;
  readonly failure: z.output<typeof failure> | undefined;
  /** The end was told to the address that the run's settings name. */
  readonly notified: boolean;
}

export const emptyLog: LogState = {
  entries: 0,
  run: undefined,
  epoch: 0,
  owner: undefined,
  openedAt: undefined,
  generation: 1,
  published: 0,
  status: "new",
  paused: false,
  cleaned: false,
  at: undefined,
  by: undefined,
  failure: undefined,
  notified: false,
};

const emptyRun = { generation: 1, published: 0, paused: false, cleaned: false, by: undefined } as const;

/** The state after one more entry. */
export function foldEntry(state: LogState, entry: LogEntry): LogState {
  const next = { ...state, entries: state.entries + 1, at: entry.at };
  switch (entry.kind) {
    case "open": {
      const fresh = entry.run === state.run ? {} : emptyRun;
      const { run, epoch, owner: by, at: openedAt } = entry;
      const opened = {
        ...next,
        ...fresh,
        run,
        epoch,
        owner: by,
        openedAt,
        status: "running",
        notified: false,
      } as const;
      return { ...opened, generation: entry.generation ?? opened.generation, failure: undefined };
    }
    case "closed":
      return entry.epoch === state.epoch ? { ...next, owner: undefined } : next;
    case "publishing":
      return { ...next, published: entry.generation, status: "publishing" };
    case "done":
      return { ...next, published: entry.generation, status: "done", cleaned: false, owner: undefined };
    case "failed":
      return { ...next, status: "failed", failure: entry.failure, owner: undefined };
    case "cancelled":
      return { ...next, status: "cancelled", by: entry.by, owner: undefined };
    case "paused":
      return { ...next, paused: true, by: entry.by };
    case "resumed":
      return { ...next, paused: false, by: entry.by };
    case "notified":
      // The end is as old as it was.
      return { ...next, at: state.at, notified: true };
    case "deleting": {
      const { epoch, owner: by, at: openedAt } = entry;
      return { ...next, epoch, owner: by, openedAt, status: "deleting" };
    }
    case "deleted":
      return { ...emptyLog, entries: next.entries, at: entry.at, epoch: state.epoch };
    case "cleaned":
      return { ...next, cleaned: true, by: entry.by, epoch: entry.epoch };
  }
}
