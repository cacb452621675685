import { checkReachable, cleanOutput } from "@pomona/coordinator";
import { exitCodes, Patience } from "@pomona/core";
import { PatientStore, s3OptionsOf } from "@pomona/store";
import { formatBytes, formatCount } from "../format.ts";
import { openPlace } from "../places.ts";
import type { Surroundings } from "../surroundings.ts";
import { configOf } from "./config-of.ts";
import type { PlaceFlags } from "./pool-context.ts";
import { printer } from "./printer.ts";

/** A folder of a million objects takes a while: a server that is slow meanwhile is waited for. */
const giveUpAfterMs = 5_000;

/** `pomona clean <out>`: removes what a finished run no longer needs. */
export async function cleanCommand(out: string, flags: PlaceFlags, surroundings: Surroundings): Promise<number> {
  const { cwd, user } = surroundings;
  const s3 = s3OptionsOf((await configOf(flags, surroundings)).machine);
  const place = await openPlace(out, cwd, "output", { s3 });
  await checkReachable(place);
  const store = new PatientStore(place, new Patience({ giveUpAfterMs }));
  const cleaned = await cleanOutput({ out: store, by: user, now: () => new Date() });
  const amount = `${formatCount(cleaned.objects, "object")}, ${formatBytes(cleaned.bytes)}`;
  printer(flags, surroundings)({ out: store.uri, ...cleaned }, `Removed ${amount} of run ${cleaned.run}.\n`);
  return exitCodes.done;
}
