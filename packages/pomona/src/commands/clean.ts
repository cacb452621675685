import { cleanOutput } from "@pomona/coordinator";
import { exitCodes } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { openPatient } from "../client/open-patient.ts";
import { formatBytes, formatCount } from "../format.ts";
import type { Surroundings } from "../surroundings.ts";
import { configOf, type PlaceFlags, printer } from "./pool-context.ts";

/** `pomona clean <out>`: removes what a finished run no longer needs. */
export async function cleanCommand(out: string, flags: PlaceFlags, surroundings: Surroundings): Promise<number> {
  const { cwd, user } = surroundings;
  const s3 = s3OptionsOf((await configOf(flags, surroundings)).machine);
  const store = await openPatient(out, cwd, "output", { s3 });
  const cleaned = await cleanOutput({ out: store, by: user, now: () => new Date() });
  const amount = `${formatCount(cleaned.objects, "object")}, ${formatBytes(cleaned.bytes)}`;
  printer(flags, surroundings)({ out: store.uri, ...cleaned }, `Removed ${amount} of run ${cleaned.run}.\n`);
  return exitCodes.done;
}
