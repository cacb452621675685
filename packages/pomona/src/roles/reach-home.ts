import { setTimeout as sleep } from "node:timers/promises";
import { checkReachable } from "@pomona/coordinator";
import { type ObjectStore, PomonaError, StoreUnavailableError } from "@pomona/core";
import type { RoleContext } from "./serve-role.ts";

export interface ReachHomeOptions extends Pick<RoleContext, "standing" | "log"> {
  /** Not a patient store: each try is to end soon. */
  readonly home: ObjectStore;
  readonly signal: AbortSignal;
  /** One try; throws a {@link PomonaError}. */
  readonly tryOnce?: (home: ObjectStore) => Promise<void>;
  readonly firstRestMs?: number;
  readonly longestRestMs?: number;
}

/**
 * Waits until the home answers, with rests of 1, 2, 4 … 30 s: whoever starts this process again could do no better. It
 * says so in the log and to probes. What waiting does not mend is thrown at once: a bucket that is not there, wrong
 * credentials, an endpoint that refuses us.
 */
export async function reachHome(options: ReachHomeOptions): Promise<void> {
  const { home, standing, log, signal, tryOnce = checkReachable } = options;
  const { firstRestMs = 1_000, longestRestMs = 30_000 } = options;
  for (let restMs = firstRestMs; ; restMs = Math.min(longestRestMs, 2 * restMs)) {
    try {
      await tryOnce(home);
      if (standing.recovers("home")) log.info({ home: home.uri }, "the home answers");
      return;
    } catch (error) {
      if (!isWeather(error)) throw error;
      const { message, remedy } = error;
      if (standing.suffers("home", `waits for its home: ${message}`)) {
        log.warn({ remedy }, `waiting for the home, which is tried again and again: ${message}`);
      }
    }
    // Half of it by lot: two coordinators need not come at the same moment.
    await sleep(restMs * (0.5 + Math.random() / 2), undefined, { signal });
  }
}

function isWeather(error: unknown): error is PomonaError {
  if (!(error instanceof PomonaError) || error.code !== "storage-unavailable") return false;
  return !(error.cause instanceof StoreUnavailableError && error.cause.isDenied);
}
