import type { ObjectStore } from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import type { Operations } from "./operations.ts";
import type { ProxyIdentityOptions } from "./proxy-identity.ts";
import type { Users } from "./users.ts";

export interface DashboardOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** As browsers see it, when a proxy stands before it. */
  readonly publicUrl: string | undefined;
  /** Who may come in by a password. Ignored where a proxy says who is there. */
  readonly users: Users;
  readonly proxyIdentity: ProxyIdentityOptions | undefined;
  readonly readOnly: boolean;
  /** Undefined: only what the store says is shown. */
  readonly redis: string | undefined;
  /** Where runs are registered; undefined: where the pool says. */
  readonly home: string | undefined;
  readonly openStore: (uri: string, what: "home" | "input" | "output") => Promise<ObjectStore>;
  readonly operations: OperationsOf;
  /** Folders and prefixes that a submitted run may name. */
  readonly allowed: readonly string[];
  /** Worth a line in a log. */
  readonly onNotice: (notice: string) => void;
  /** A fault of ours: whoever asked gets no more than that there was one. */
  readonly onFault: (error: unknown) => void;
}

/** Made once the home is known. `registry` answers undefined while there is no Redis to tell of a change. */
export type OperationsOf = (home: ObjectStore, registry: () => PoolRegistry | undefined) => Operations;
