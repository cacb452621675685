import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { parseJson } from "./parse-json.ts";

const schema = z.strictObject({
  name: z.literal("pomona.part-books"),
  version: z.literal(1),
  part: z.number(),
  /** Batches `from` (inclusive) to `to` (exclusive). */
  from: z.number(),
  to: z.number(),
  listed: z.number(),
  rows: z.number(),
  bytes: z.number(),
  sha256: z.string(),
  /** Rows per label. */
  labels: z.record(z.string(), z.number()),
  quarantined: z.array(
    z.strictObject({
      key: z.string(),
      label: z.string(),
      stage: z.string(),
      reason: z.string(),
      detail: z.string(),
    }),
  ),
});

/** What one part of the table accounts for, written beside it by the reducer that made it; the coordinator adds them up. */
export type PartBooks = z.output<typeof schema>;

export function decodePartBooks(bytes: Uint8Array, key: string): PartBooks {
  const result = schema.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw new PomonaError("unreadable-file", `${key} is no account of a part that this version reads`, {
    remedy: "Use the version of Pomona that wrote it, or start again with --overwrite.",
  });
}
