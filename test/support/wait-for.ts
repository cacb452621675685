import { setTimeout as sleep } from "node:timers/promises";

/** Looks every few milliseconds until `look` finds something. */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { seconds = 60, everyMs = 5 } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(everyMs);
  }
}
