import type { Command } from "commander";

export interface ApiFlags extends Readonly<Record<string, unknown>> {
  readonly apiPort?: string;
  readonly apiHost?: string;
  readonly apiTokenFile?: string;
  readonly apiAllow?: readonly string[];
}

export const defaultHost = "127.0.0.1";
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
