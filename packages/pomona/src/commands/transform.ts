import { UsageError } from "@pomona/core";
import type { Surroundings } from "../surroundings.ts";
import { prepareTransform } from "../transform.ts";
import { makeTable, type RunLikeFlags } from "./run-like.ts";

export interface TransformFlags extends RunLikeFlags {
  readonly model?: string;
}

/** `pomona transform <input> --model <out> --out <new>`. */
export async function transformCommand(
  input: string,
  flags: TransformFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { model } = flags;
  if (model === undefined) {
    throw new UsageError("bad-option", "--model <out> is missing", { remedy: "Give the --out of a finished run." });
  }
  return makeTable({ input, command: "transform" }, flags, surroundings, (options) =>
    prepareTransform({ ...options, model }),
  );
}
