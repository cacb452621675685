import type { PoolRegistry } from "@pomona/queue";
import { describeMissing, describeTroubles, liveRoles } from "./live-roles.ts";

const everyMs = 3_000;

/** Says what keeps a pool from its work, each once while it lasts, until the returned function is called. */
export function watchTroubles(
  registry: Pick<PoolRegistry, "consumers">,
  onNotice: (notice: string) => void,
  { lookEveryMs = everyMs } = {},
): () => void {
  let known = new Set<string>();
  const look = async (): Promise<void> => {
    const roles = await liveRoles(registry);
    const missing = describeMissing(roles);
    const troubles = [
      ...(missing === undefined ? [] : [`This pool has ${missing} now: the run waits.`]),
      ...describeTroubles(roles),
    ];
    for (const trouble of troubles) if (!known.has(trouble)) onNotice(trouble);
    known = new Set(troubles);
  };
  // Redis may be away for a while: the run is followed by its log.
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
