import type { PoolRegistry } from "@pomona/queue";
import { describeTroubles, describeTroublesOf, liveRoles } from "./live-roles.ts";

const everyMs = 1_000;

/** Says what keeps a pool from its work on a run, and from any other, each once while it lasts, until the returned function is called. */
export function watchTroubles(
  registry: Pick<PoolRegistry, "consumers">,
  run: string,
  onNotice: (notice: string) => void,
  { lookEveryMs = everyMs } = {},
): () => void {
  let known: ReadonlySet<string> = new Set();
  const look = async (): Promise<void> => {
    const roles = await liveRoles(registry);
    const troubles = new Set([...describeTroublesOf(run, roles), ...describeTroubles(roles)]);
    for (const trouble of troubles) if (!known.has(trouble)) onNotice(trouble);
    known = troubles;
  };
  // Redis may be away for a while: the run is followed by its log.
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
