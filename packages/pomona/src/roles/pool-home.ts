import { setTimeout as sleep } from "node:timers/promises";
import { type ObjectStore, PomonaError, UsageError } from "@pomona/core";
import { parseLocation } from "@pomona/store";
import { openPlace } from "../places.ts";
import type { RoleContext } from "./serve-role.ts";

const everyMs = 500;

/**
 * The home of the pool, which its coordinator published; waits for that. Throws a {@link UsageError} where this process
 * was told another one.
 */
export async function findPoolHome(context: RoleContext): Promise<{ store: ObjectStore; uri: string }> {
  const { settings, surroundings, queue, log } = context;
  const { cwd, signal } = surroundings;
  for (let isFirst = true; ; isFirst = false) {
    // Redis may go away again before the home is known.
    const uri = await queue.registry.home().catch(() => undefined);
    if (uri !== undefined) {
      if (settings.home !== undefined) refuseOther(uri, parseLocation(settings.home, cwd).uri);
      return { uri, store: await openPlace(uri, cwd, "home", { s3: settings.s3 }) };
    }
    if (isFirst) log.info({}, "waiting for a coordinator, which says where runs are registered");
    await sleep(everyMs, undefined, { signal });
  }
}

function refuseOther(published: string, given: string): void {
  if (published === given) return;
  throw new UsageError("other-home", `the home of this pool is ${published}, not ${given}`, {
    remedy: "Leave --home and POMONA_HOME out for workers and reducers: the coordinator says where it is.",
  });
}

/** For whoever works with a home, once the pool has another one. */
export function homeMoved(from: string, to: string): PomonaError {
  return new PomonaError("home-moved", `the home of the pool is ${to} now; this process began with ${from}`, {
    remedy: "It should be started again, and will find the new home.",
  });
}
