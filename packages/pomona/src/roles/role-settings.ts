import { type Config, resolveConfig, UsageError } from "@pomona/core";
import { type S3Options, s3OptionsOf } from "@pomona/store";
import { loadConfigFile } from "../load-config-file.ts";
import { configFlags } from "../option-flags.ts";
import type { Surroundings } from "../surroundings.ts";
import { roleDefaults } from "./role-defaults.ts";

/** What every role can be told on its command line. */
export interface RoleFlags extends Readonly<Record<string, unknown>> {
  readonly home?: string;
  readonly config?: string;
  readonly grace?: string;
  readonly healthHost?: string;
  readonly healthPort?: string;
}

export interface RoleSettings {
  readonly config: Config;
  readonly redis: string;
  /** As it was given; undefined where it was not. */
  readonly home: string | undefined;
  readonly graceMs: number;
  readonly healthHost: string;
  /** Undefined for no health checks. */
  readonly healthPort: number | undefined;
  readonly s3: S3Options | undefined;
}

export async function roleSettings(flags: RoleFlags, { env, cwd }: Surroundings): Promise<RoleSettings> {
  const { healthHost = roleDefaults.healthHost } = flags;
  const file = await loadConfigFile(flags.config ?? env.POMONA_CONFIG, cwd);
  // Nobody watches a role as one watches a run: its log is all there is.
  const config = resolveConfig({ flags: configFlags(flags), env, file: { logLevel: roleDefaults.logLevel, ...file } });
  const { redis } = config.machine;
  if (redis === undefined) {
    throw new UsageError("bad-option", "--redis <url> is missing: the roles of a pool meet in Redis", {
      remedy: "Give --redis redis://host:6379, or set POMONA_REDIS, which hides a password from other users.",
    });
  }
  const healthPort = wholeNumber("--health-port", flags.healthPort ?? roleDefaults.healthPort, 65_535);
  return {
    config,
    redis,
    home: flags.home || env.POMONA_HOME || undefined,
    graceMs: 1000 * wholeNumber("--grace", flags.grace ?? roleDefaults.grace, 86_400),
    healthHost,
    healthPort: healthPort === 0 ? undefined : healthPort,
    s3: s3OptionsOf(config.machine),
  };
}

export function wholeNumber(flag: string, text: string, largest: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= largest) return value;
  throw new UsageError("bad-option", `${flag}: expected a whole number from 0 to ${largest}, got ${text}`);
}
