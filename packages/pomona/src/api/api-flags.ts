import type { Command } from "commander";
import { wholeNumber } from "../roles/role-settings.ts";
import type { ServedApi } from "./serve-api.ts";
import { type StartApiOptions, startApi } from "./start-api.ts";

export interface ApiFlags extends Readonly<Record<string, unknown>> {
  readonly apiPort?: string;
  readonly apiHost?: string;
  readonly apiTokenFile?: string;
  readonly apiAllow?: readonly string[];
}

const defaultHost = "127.0.0.1";
const heading = "The JSON API:";

export function addApiFlags(command: Command): Command {
  const option = (flag: string, text: string): void => {
    command.addOption(command.createOption(flag, text).helpGroup(heading));
  };
  option("--api-port <port>", "serves the JSON API of runs (default: none)");
  option("--api-host <host>", `address that it listens on; 0.0.0.0 for all (default ${defaultHost})`);
  option("--api-token-file <file>", "who may use it: one token a line (default: POMONA_API_TOKENS, with commas)");
  option("--api-allow <places...>", "folders and s3:// prefixes that requests may name as input and output");
  return command;
}

/** Undefined where no port was given. */
export async function startFlaggedApi(
  { apiPort, apiHost = defaultHost, apiTokenFile, apiAllow = [] }: ApiFlags,
  pool: Pick<StartApiOptions, "env" | "cwd" | "home" | "registry" | "machine" | "onFault">,
): Promise<ServedApi | undefined> {
  if (apiPort === undefined) return undefined;
  const port = wholeNumber("--api-port", apiPort, 65_535);
  return startApi({ ...pool, host: apiHost, port, tokenFile: apiTokenFile, allow: apiAllow });
}
