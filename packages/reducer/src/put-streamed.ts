import { setTimeout as sleep } from "node:timers/promises";
import { type ObjectStore, Patience, StoreUnavailableError } from "@pomona/core";

export interface PutStreamedOptions {
  /** Makes the body, anew for each attempt. */
  readonly makeBody: () => AsyncIterable<Uint8Array>;
  /** How long the store may fail before it is given up. */
  readonly giveUpAfterMs: number;
  /** Takes the place of an object that is there already. */
  readonly replace?: boolean;
}

/** Stores a body that is made while it is sent. After bad weather it is made again, for it cannot be sent twice. */
export async function putStreamed(
  store: ObjectStore,
  key: string,
  { makeBody, giveUpAfterMs, replace = false }: PutStreamedOptions,
): Promise<"created" | "exists"> {
  const patience = new Patience({ giveUpAfterMs });
  for (let attempt = 0; ; attempt++) {
    try {
      if (!replace) return await store.putIfAbsent(key, makeBody());
      await store.put(key, makeBody());
      return "created";
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      await sleep(patience.failed("put", attempt, error));
    }
  }
}
