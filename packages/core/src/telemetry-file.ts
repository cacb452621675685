import { z } from "zod";
import { runLayout } from "./layout.ts";
import type { ObjectStore } from "./object-store.ts";
import { parseJson } from "./parse-json.ts";
import { phases } from "./progress.ts";
import type { StageTimes } from "./telemetry.ts";

const histogram = z.object({ count: z.number(), totalMs: z.number(), buckets: z.array(z.number()) });

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
});

/**
 * `_run/<run>/telemetry/<minute>.json`: how far the run was then, cumulative, so that the newest file tells the whole
 * story. Nothing but pictures is made of it: books never depend on telemetry.
 */
export type Telemetry = Omit<z.output<typeof telemetry>, "stages"> & { readonly stages: StageTimes };

/** Undefined where the bytes are no telemetry that this version reads. */
export function decodeTelemetry(bytes: Uint8Array): Telemetry | undefined {
  return telemetry.safeParse(parseJson(bytes)).data;
}

/** The newest file of a run; undefined where there is none yet. */
export async function newestTelemetry(out: ObjectStore, run: string): Promise<Telemetry | undefined> {
  let newest: string | undefined;
  for await (const { key } of out.list({ prefix: runLayout(run).telemetry })) newest = key;
  return newest === undefined ? undefined : decodeTelemetry(await out.get(newest));
}
