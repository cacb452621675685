import { type S3Options, s3OptionsOf } from "@pomona/store";
import { openPatient } from "../client/open-patient.ts";
import { connectPool, type PoolConnection, poolAddress } from "../client/pool-connection.ts";
import type { Surroundings } from "../surroundings.ts";
import { withClosers } from "../with-closers.ts";
import { configOf } from "./config-of.ts";
import { type Print, printer } from "./printer.ts";

/** Flags that say where runs are. */
export interface PlaceFlags extends Readonly<Record<string, unknown>> {
  readonly home?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** What a command that looks at runs works with. */
export interface PoolContext extends Omit<PoolConnection, "home" | "close"> {
  readonly home: Awaited<ReturnType<typeof openPatient>>;
  readonly s3: S3Options;
  readonly print: Print;
}

/** Connects, lets `work` do its part, and disconnects. */
export async function inPool<T>(
  flags: PlaceFlags,
  surroundings: Surroundings,
  work: (context: PoolContext) => Promise<T>,
): Promise<T> {
  const { cwd, stderr } = surroundings;
  const { machine } = await configOf(flags, surroundings);
  const s3 = s3OptionsOf(machine);
  return withClosers(async (onClose) => {
    const address = poolAddress(machine.redis, flags.home, surroundings);
    const { queue, home, close } = await connectPool(address, (notice) => stderr.write(`${notice}\n`));
    onClose(close);
    return work({
      queue,
      home: await openPatient(home, cwd, "home", { s3 }),
      s3,
      print: printer(flags, surroundings),
    });
  });
}
