import { HandBackError } from "@pomona/core";

/**
 * Does `work`, or throws {@link HandBackError} as soon as `signal` is aborted, so that nobody waits for what cannot be
 * interrupted. What the work throws because of the signal is the same to the caller.
 */
export async function handBackOn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let giveUp = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
  });
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(), aborted]);
  } catch (error) {
    if (signal.aborted) throw new HandBackError("given up before it was done", { cause: error });
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
