import { setTimeout as sleep } from "node:timers/promises";

/** How many times as long as they say time limits are, for machines that do much else: `TEST_PATIENCE`, default 1. */
const patience = (): number => Number(process.env.TEST_PATIENCE ?? 1);

/** Looks every few milliseconds until `look` finds something. */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { seconds = 60, everyMs = 5 } = {},
): Promise<NonNullable<T>> {
  const limit = seconds * patience();
  const deadline = performance.now() + limit * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${limit} s in vain for ${what}`);
    await sleep(everyMs);
  }
}
