import { type Config, resolveConfig } from "@pomona/core";
import { loadConfigFile } from "../load-config-file.ts";
import { configFlags } from "../option-flags.ts";
import type { Surroundings } from "../surroundings.ts";

/** What flags, environment and `--config` file of a command come to. */
export async function configOf(
  flags: Readonly<Record<string, unknown>> & { readonly config?: string },
  { env, cwd }: Pick<Surroundings, "env" | "cwd">,
): Promise<Config> {
  const file = await loadConfigFile(flags.config ?? env.POMONA_CONFIG, cwd);
  return resolveConfig({ flags: configFlags(flags), env, file });
}
