import { z } from "zod";
import { runLayout } from "./layout.ts";
import type { ObjectStore } from "./object-store.ts";
import { parseJson } from "./parse-json.ts";
import { phases, type RunProgress } from "./progress.ts";
import type { StageTimes } from "./telemetry.ts";

const histogram = z.object({ count: z.number(), totalMs: z.number(), buckets: z.array(z.number()) });

const progress = z
  .object({
    phase: z.enum(phases),
    done: z.number(),
    total: z.number().optional(),
    listed: z.number(),
    quarantined: z.number(),
    pendingBatches: z.number(),
    resumed: z.number(),
  })
  // Absent in JSON and undefined are the same.
  .transform((told): RunProgress => ({ ...told, total: told.total }));

const provisionalVariance = z.object({
  /** Of the first so many groups, of all that there will be, which hold so many rows. */
  groups: z.number(),
  of: z.number(),
  rows: z.number(),
  /** Shares of the variance, of the first components. */
  explainedVariance: z.array(z.number()).readonly(),
});

/** What a part of a run's images says of its components, while the others have no features yet. */
export type ProvisionalVariance = z.output<typeof provisionalVariance>;

const telemetry = z.object({
  name: z.literal("pomona.telemetry"),
  version: z.literal(1),
  at: z.string(),
  listed: z.number(),
  quarantined: z.number(),
  decoded: z.number(),
  stages: z.record(z.string(), histogram),
  /** When each phase began, in order; a phase that was entered again is there again. */
  phases: z.array(z.strictObject({ phase: z.enum(phases), at: z.string() })).default([]),
  /** `[milliseconds since 1970, images with a shard]` over the whole run, thinned to a few hundred points. */
  series: z.array(z.tuple([z.number(), z.number()])).default([]),
  /** What was told last of the progress of `generation`, so that readers need not count in the store. */
  progress: progress.optional(),
  generation: z.number().optional(),
  /**
   * Batches with images in quarantine, ascending, at most {@link maxQuarantinedBatches}; absent where an earlier process
   * made shards of which it left no word.
   */
  quarantinedBatches: z.array(z.number()).optional(),
  /** In ascending order of groups. */
  provisional: z.array(provisionalVariance).default([]),
});

/** Most batches that {@link Telemetry} names. */
export const maxQuarantinedBatches = 2000;

/**
 * `_run/<run>/telemetry/<minute>.json`: how far the run was then, cumulative, so that the newest file tells the whole
 * story. Nothing but pictures is made of it: books never depend on telemetry.
 */
export type Telemetry = Omit<z.output<typeof telemetry>, "stages"> & { readonly stages: StageTimes };

/** Undefined where the bytes are no telemetry that this version reads. */
export function decodeTelemetry(bytes: Uint8Array): Telemetry | undefined {
  return telemetry.safeParse(parseJson(bytes)).data;
}

/**
 * The newest file of a run; undefined where there is none yet. `around` is a time, in milliseconds since 1970, from which
 * on one is likely: what was written before is then not listed, however long the run takes.
 */
export async function newestTelemetry(out: ObjectStore, run: string, around?: number): Promise<Telemetry | undefined> {
  const layout = runLayout(run);
  const since = around === undefined ? undefined : layout.telemetryMinute(Math.floor(around / 60_000) - 1);
  const newest = (since && (await lastKey(out, layout.telemetry, since))) ?? (await lastKey(out, layout.telemetry));
  return newest === undefined ? undefined : decodeTelemetry(await out.get(newest));
}

async function lastKey(out: ObjectStore, prefix: string, after?: string): Promise<string | undefined> {
  let last: string | undefined;
  for await (const { key } of out.list({ prefix, ...(after !== undefined && { after }) })) last = key;
  return last;
}
