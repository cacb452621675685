import type { MachineConfig, ObjectStore } from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import { AllowedPlaces } from "./allowed-places.ts";
import { loadApiTokens } from "./api-tokens.ts";
import { createApi } from "./create-api.ts";
import { poolOperations } from "./pool-operations.ts";
import { type ServedApi, serveApi } from "./serve-api.ts";

export interface StartApiOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenFile: string | undefined;
  /** Places that requests may name: `--api-allow`. */
  readonly allow: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: ObjectStore;
  readonly registry: PoolRegistry;
  readonly machine: MachineConfig;
  readonly onFault: (error: unknown) => void;
}

/** The whole API of a coordinator, from its flags. Throws UsageError without tokens or allowed places. */
export async function startApi(options: StartApiOptions): Promise<ServedApi> {
  const { host, port, tokenFile, allow, env, cwd, home, registry, machine, onFault } = options;
  const tokens = await loadApiTokens({ file: tokenFile, env, cwd });
  const allowed = await AllowedPlaces.of(allow, cwd);
  const operations = poolOperations({ home, registry, machine, allowed });
  return serveApi({ api: createApi({ tokens, operations, onFault }), port, host });
}
