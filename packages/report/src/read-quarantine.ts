import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ObjectStore, outputLayout, type Success } from "@pomona/core";
import { parse } from "csv-parse";
import type { QuarantineGroup } from "./report-data.ts";

const examplesPerReason = 12;

/** The quarantine by reason, the most frequent first, each with its first images. The file is streamed. */
export async function readQuarantine(out: ObjectStore, { quarantinedByReason }: Success): Promise<QuarantineGroup[]> {
  const examples = new Map<string, QuarantineGroup["examples"][number][]>();
  if (Object.keys(quarantinedByReason).length > 0) {
    const parser = parse({ columns: true });
    await pipeline(Readable.from(out.stream(outputLayout.quarantine)), parser, async (records) => {
      for await (const { path, stage, reason, detail } of records as AsyncIterable<Record<string, string>>) {
        const known = examples.get(reason ?? "") ?? [];
        examples.set(reason ?? "", known);
        if (known.length >= examplesPerReason) continue;
        known.push({ path: path ?? "", stage: stage ?? "", detail: detail ?? "" });
      }
    });
  }
  return Object.entries(quarantinedByReason)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, images]) => ({ reason, images, examples: examples.get(reason) ?? [] }));
}
