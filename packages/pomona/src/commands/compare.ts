import { exitCodes, resolveConfig, UsageError } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { openTablePlace } from "../open-table-place.ts";
import type { Surroundings } from "../surroundings.ts";

export interface CompareFlags {
  readonly json?: boolean;
  /** Largest difference of a feature. */
  readonly tolerance?: string;
}

/** `pomona compare <a> <b>`: exit code 0 when the tables are the same within the tolerances. */
export async function compareCommand(
  a: string,
  b: string,
  { json = false, tolerance = "1e-4" }: CompareFlags,
  { cwd, env, stdout }: Surroundings,
): Promise<number> {
  const features = Number(tolerance);
  if (!(features >= 0)) throw new UsageError("bad-option", `--tolerance: expected a number, got ${tolerance}`);
  const { compareTables, formatComparison } = await import("@pomona/report");
  const s3 = s3OptionsOf(resolveConfig({ env }).machine);
  const [first, second] = [await openTablePlace(a, cwd, s3), await openTablePlace(b, cwd, s3)];
  const comparison = await compareTables(first, second, { tolerances: { features } });
  stdout.write(json ? `${JSON.stringify(comparison)}\n` : formatComparison(comparison));
  return comparison.same ? exitCodes.done : exitCodes.failed;
}
