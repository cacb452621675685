import { type MachineConfig, type ObjectStore, PomonaError } from "@pomona/core";
import type { OperationsOf } from "@pomona/dashboard";
import type { PoolRegistry } from "@pomona/queue";
import { AllowedPlaces } from "../api/allowed-places.ts";
import { type PoolOperations, poolOperations } from "../api/pool-operations.ts";

/** What operators do on the dashboard is what callers of the API do, under their own names. */
export async function dashboardOperations(
  allow: readonly string[],
  machine: MachineConfig,
  cwd: string,
): Promise<{ readonly operations: OperationsOf; readonly allowed: readonly string[] }> {
  const allowed = allow.length === 0 ? undefined : await AllowedPlaces.of(allow, cwd);
  const operations: OperationsOf = (home: ObjectStore, registry) => {
    const as = (by: string): PoolOperations =>
      poolOperations({ home, registry: forgiving(registry), machine, allowed: allowed ?? nowhere, by });
    return {
      operate: (operation, run, by) => as(by).operate(operation, run),
      retry: (run, selection, by) => as(by).retry(run, selection),
      submit: (request, by) => as(by).submit(request),
    };
  };
  return { operations, allowed: allow.map((place) => (place.endsWith("/") ? place : `${place}/`)) };
}

const nowhere: Pick<AllowedPlaces, "require"> = {
  async require(_, what) {
    throw new PomonaError("not-allowed", `${what} is not in a place that this dashboard may use`, {
      remedy: "Start it with --allow s3://bucket/prefix.",
    });
  },
};

/** The run's log is what counts: a coordinator that nobody pokes finds it in its next round. */
function forgiving(registry: () => PoolRegistry | undefined): Pick<PoolRegistry, "consumers" | "poke" | "progress"> {
  return {
    consumers: async (name) =>
      (await registry()
        ?.consumers(name)
        .catch(() => [])) ?? [],
    poke: async (run) =>
      void (await registry()
        ?.poke(run)
        .catch(() => {})),
    progress: async (run) =>
      registry()
        ?.progress(run)
        .catch(() => undefined),
  };
}
