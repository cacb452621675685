import { wholeNumber } from "../roles/role-settings.ts";
import { type ApiFlags, defaultHost } from "./api-flags.ts";
import type { ServedApi } from "./serve-api.ts";
import { type StartApiOptions, startApi } from "./start-api.ts";

/** Undefined where no port was given. */
export async function startFlaggedApi(
  { apiPort, apiHost = defaultHost, apiTokenFile, apiAllow = [] }: ApiFlags,
  pool: Pick<StartApiOptions, "env" | "cwd" | "home" | "registry" | "machine" | "onFault">,
): Promise<ServedApi | undefined> {
  if (apiPort === undefined) return undefined;
  const port = wholeNumber("--api-port", apiPort, 65_535);
  return startApi({ ...pool, host: apiHost, port, tokenFile: apiTokenFile, allow: apiAllow });
}
