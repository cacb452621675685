import { setTimeout as sleep } from "node:timers/promises";
import { PomonaError, UsageError } from "@pomona/core";
import { isSamePlace } from "./pool-connection.ts";

export interface HomeOfPoolOptions {
  /** What Redis knows of the pool's home. */
  readonly registry: { home(): Promise<string | undefined> };
  readonly homeFlag: string | undefined;
  readonly cwd: string;
  /** How long a coordinator may take to appear. */
  readonly waitMs: number;
  readonly onNotice: (notice: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where the runs of a pool are registered: as its coordinator says, for a run in another home would be found by nobody.
 * Throws {@link UsageError} `other-home`, {@link PomonaError} `no-coordinator`.
 */
export async function homeOfPool(options: HomeOfPoolOptions): Promise<string> {
  const { registry, homeFlag, cwd, waitMs, onNotice, signal } = options;
  const deadline = performance.now() + waitMs;
  for (let isFirst = true; ; isFirst = false) {
    const home = (await registry.home()) ?? homeFlag;
    if (home !== undefined) return agreed(home, homeFlag, cwd);
    if (performance.now() >= deadline) throw noCoordinator();
    if (isFirst) onNotice(`This pool has no coordinator yet; waiting ${Math.round(waitMs / 1000)} s for one.`);
    await sleep(500, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

function agreed(home: string, homeFlag: string | undefined, cwd: string): string {
  if (homeFlag === undefined || isSamePlace(home, homeFlag, cwd)) return home;
  throw new UsageError("other-home", `the runs of this pool are registered in ${home}, not in ${homeFlag}`, {
    remedy: "Leave out --home: the pool's is used.",
  });
}

function noCoordinator(): PomonaError {
  return new PomonaError("no-coordinator", "no coordinator has said where the runs of this pool are registered", {
    remedy: "Start one: pomona coordinator --redis … --home …; or give --home, and it finds the run when it starts.",
  });
}
