import { UsageError } from "@pomona/core";
import type { Surroundings } from "../surroundings.ts";
import { prepareUpdate } from "../update.ts";
import { makeTable, type RunLikeFlags } from "./run-like.ts";

export interface UpdateFlags extends RunLikeFlags {
  readonly from?: string;
  readonly keepModel?: boolean;
}

/** `pomona update <input> --from <out> --out <new>`. */
export async function updateCommand(input: string, flags: UpdateFlags, surroundings: Surroundings): Promise<number> {
  const { from, keepModel = false } = flags;
  if (from === undefined) {
    throw new UsageError("bad-option", "--from <out> is missing", { remedy: "Give the --out of the run to update." });
  }
  return makeTable({ input, command: "update" }, flags, surroundings, (options) =>
    prepareUpdate({ ...options, input, from, keepModel }),
  );
}
