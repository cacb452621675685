import { type Operation, operateRun, type Retried, retryRun } from "@pomona/coordinator";
import {
  type MachineConfig,
  type ObjectStore,
  type RetryRequest,
  resolveConfig,
  type SubmitRequest,
} from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import { s3OptionsOf } from "@pomona/store";
import { findRun } from "../client/find-run.ts";
import { type ListedRun, listRuns } from "../client/list-runs.ts";
import { submitToPool } from "../client/run-in-pool.ts";
import { type RunStatus, readTroubledStatus } from "../client/run-status.ts";
import type { Submitted } from "../client/submit-run.ts";
import type { AllowedPlaces } from "./allowed-places.ts";

/** What is asked of a run by its name alone. */
export type PlainOperation = Exclude<Operation, "retry">;

/** What the API can do; `by` names the caller in logs of runs. */
export interface PoolOperations {
  submit(request: SubmitRequest): Promise<Pick<Submitted, "run" | "outcome"> & { readonly out: string }>;
  list(last: number): Promise<ListedRun[]>;
  status(run: string): Promise<RunStatus>;
  operate(operation: PlainOperation, run: string): Promise<{ readonly changed: boolean }>;
  /** Goes on with a failed or cancelled run; of a finished one, tries quarantined images again. */
  retry(run: string, selection: RetryRequest): Promise<Retried>;
}

export interface PoolOperationsOptions {
  readonly home: ObjectStore;
  readonly registry: Pick<PoolRegistry, "consumers" | "poke" | "progress">;
  /** Of the coordinator: addresses, endpoints and credentials are never a caller's. */
  readonly machine: MachineConfig;
  readonly allowed: Pick<AllowedPlaces, "require">;
  /** Who is named in the log of a run. Default `api`. */
  readonly by?: string;
}

/** The operations of the API over a home and its pool. */
export function poolOperations(options: PoolOperationsOptions): PoolOperations {
  const { home, registry, machine, allowed, by = "api" } = options;
  const s3 = s3OptionsOf(machine);
  return {
    async submit({ input, out, config, overwrite, refit, notify }) {
      const asked = resolveConfig({ flags: config });
      const { manifest, keysFrom, weights } = asked.features;
      await allowed.require(input, "input");
      await allowed.require(out, "out");
      if (manifest !== undefined) await allowed.require(manifest, "manifest");
      if (keysFrom !== undefined) await allowed.require(keysFrom, "keysFrom");
      if (weights !== undefined && weights !== "untrained") await allowed.require(weights, "weights");
      const { csv, report, maxQuarantine, discardShards, giveUpAfter } = asked.machine;
      const submitted = await submitToPool({
        registry,
        input,
        out,
        config: { ...asked, machine: { ...machine, csv, report, maxQuarantine, discardShards, giveUpAfter } },
        home: home.uri,
        cwd: "/",
        submittedBy: by,
        overwrite,
        refit,
        notify,
      });
      return { run: submitted.run, outcome: submitted.outcome, out: submitted.out.uri };
    },
    list: (last) => listRuns({ home, s3, registry, last }),
    status: async (run) => readTroubledStatus(await findRun(home, run, s3), registry),
    async operate(operation, run) {
      const { log } = await findRun(home, run, s3);
      const changed = await operateRun(operation, { log, run, by, now: () => new Date() });
      await registry.poke(run);
      return { changed };
    },
    async retry(run, selection) {
      const { out, log } = await findRun(home, run, s3);
      const retried = await retryRun({ out, log, run, by, selection, now: () => new Date() });
      await registry.poke(run);
      return retried;
    },
  };
}
