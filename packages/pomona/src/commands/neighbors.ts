import { exitCodes, PomonaError, UsageError } from "@pomona/core";
import { classify } from "../classify.ts";
import type { Surroundings } from "../surroundings.ts";
import { type ModelFlags, withModel } from "./classify.ts";

export interface NeighborsFlags extends ModelFlags {
  readonly count?: string;
}

/** `pomona neighbors <image> --model <out> -n 10`. */
export async function neighborsCommand(
  image: string,
  flags: NeighborsFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { cwd, stdout, signal } = surroundings;
  const count = Number(flags.count ?? 10);
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError("bad-option", `-n ${flags.count}: expected a whole number, at least 1`);
  }
  return withModel([image], flags, surroundings, async (model) => {
    for await (const { path, neighbors, error } of classify(image, { model, cwd, neighbors: count, signal })) {
      if (error !== undefined) {
        throw new PomonaError("not-an-image", `${path} could not be read: ${error.reason} (${error.detail})`);
      }
      const lines = neighbors.map(({ path: near, label, distance }) => `${distance.toFixed(4)}  ${label}  ${near}\n`);
      stdout.write(flags.json ? `${JSON.stringify(neighbors)}\n` : lines.join(""));
    }
    return exitCodes.done;
  });
}
