import { type Config, resolveConfig } from "@pomona/core";
import { type S3Options, s3OptionsOf } from "@pomona/store";
import { openPatient } from "../client/open-patient.ts";
import { connectPool, type PoolConnection, poolAddress } from "../client/pool-connection.ts";
import { loadConfigFile } from "../load-config-file.ts";
import { configFlags } from "../option-flags.ts";
import type { Surroundings } from "../surroundings.ts";
import { withClosers } from "../with-closers.ts";

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
  /** Prints a value as JSON, or as its text. */
  readonly print: (value: unknown, text: string) => void;
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

export async function configOf(flags: PlaceFlags, { env, cwd }: Surroundings): Promise<Config> {
  const file = await loadConfigFile(flags.config ?? env.POMONA_CONFIG, cwd);
  return resolveConfig({ flags: configFlags(flags), env, file });
}

export function printer(
  { json = false }: PlaceFlags,
  { stdout }: Surroundings,
): (value: unknown, text: string) => void {
  return (value, text) => void stdout.write(json ? `${JSON.stringify(value)}\n` : text);
}
