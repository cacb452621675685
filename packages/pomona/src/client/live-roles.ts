import { setTimeout as sleep } from "node:timers/promises";
import type { LiveConsumer, PoolRegistry } from "@pomona/queue";

/** The processes of a pool that said within the last seconds that they are alive. */
export interface LiveRoles {
  readonly coordinators: readonly LiveConsumer[];
  readonly workers: readonly LiveConsumer[];
  readonly reducers: readonly LiveConsumer[];
}

export async function liveRoles(registry: Pick<PoolRegistry, "consumers">): Promise<LiveRoles> {
  const [coordinators, workers, reducers] = await Promise.all([
    registry.consumers("coordinator"),
    registry.consumers("features"),
    registry.consumers("reduce"),
  ]);
  return { coordinators, workers, reducers };
}

/** `no coordinator and no worker`; undefined where a run can make progress. */
export function describeMissing({ coordinators, workers }: LiveRoles): string | undefined {
  const missing = [
    ...(coordinators.length === 0 ? ["no coordinator"] : []),
    ...(workers.length === 0 ? ["no worker"] : []),
  ];
  return missing.length === 0 ? undefined : missing.join(" and ");
}

/** What keeps live processes from their work, each in words, with how many say so. */
export function describeTroubles({ workers, reducers }: LiveRoles): string[] {
  const counts = new Map<string, number>();
  for (const { role = "process", trouble } of [...workers, ...reducers]) {
    if (trouble !== undefined) counts.set(`${role} ${trouble}`, (counts.get(`${role} ${trouble}`) ?? 0) + 1);
  }
  return [...counts].map(([trouble, n]) => `${n} × ${trouble}`);
}

/** Of each worker whose engine is fed by decoders: how much of its time it waits for them. */
export function describeEngineWait({ workers }: Pick<LiveRoles, "workers">): string[] {
  return workers.flatMap(({ host, pid, vitals }) => {
    const { decoders, engineWait } = vitals ?? {};
    if (decoders === undefined || engineWait === undefined) return [];
    return [`${Math.round(100 * engineWait)} % on ${host} (pid ${pid}, ${decoders} decoders)`];
  });
}

/** What keeps this pool from one of its runs, in words: nobody there, or processes that refuse the run. */
export function describeTroublesOf(run: string, roles: LiveRoles): string[] {
  const { workers } = roles;
  const missing = describeMissing(roles);
  const refusing = workers.filter(({ trouble }) => trouble?.includes(`refuses run ${run}`));
  const isRefused = refusing.length > 0 && refusing.length === workers.length;
  return [
    ...(missing === undefined ? [] : [`this pool has ${missing} now: the run waits`]),
    ...(isRefused
      ? [`no worker of this pool fits the run: it waits for one that does, or for pomona cancel ${run}`]
      : []),
    ...describeTroubles(roles).filter((trouble) => trouble.includes(run)),
  ];
}

/**
 * Waits until the pool has a coordinator and a worker. Says at once what is missing; answers it, in words, where it is
 * still missing after `waitMs`. A missing reducer is said too, but it is needed at the end only.
 */
export async function awaitRoles(options: {
  readonly registry: Pick<PoolRegistry, "consumers">;
  readonly waitMs: number;
  readonly onNotice: (notice: string) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<string | undefined> {
  const { registry, waitMs, onNotice, signal } = options;
  const deadline = performance.now() + waitMs;
  for (let isFirst = true; ; isFirst = false) {
    const roles = await liveRoles(registry);
    const missing = describeMissing(roles);
    if (missing === undefined) {
      if (roles.reducers.length === 0) onNotice("This pool has no reducer yet: the run will wait for one at the end.");
      return undefined;
    }
    if (performance.now() >= deadline) return missing;
    if (isFirst) onNotice(`This pool has ${missing}; waiting ${Math.round(waitMs / 1000)} s (--wait-workers).`);
    await sleep(500, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}
