import { BadImageError } from "./bad-image.ts";

const together = new Set<Promise<unknown>>();
let lastAlone: Promise<unknown> = Promise.resolve();

/**
 * Runs a decoding beside others, and once more without any beside it when it fails. libvips keeps its messages in one
 * buffer for the whole process: of two decodings that fail at the same time one gets the words of both, the other none,
 * and by these words the reason of a quarantine is told. A failure of ours, a {@link BadImageError}, stands at once.
 */
export async function retryAlone<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await runTogether(work);
  } catch (error) {
    if (error instanceof BadImageError) throw error;
    return await runAlone(work);
  }
}

async function runTogether<T>(work: () => Promise<T>): Promise<T> {
  // While one was waited for another may have queued up.
  for (let seen: unknown; seen !== lastAlone; ) {
    seen = lastAlone;
    await seen;
  }
  const running = work();
  together.add(running);
  try {
    return await running;
  } finally {
    together.delete(running);
  }
}

function runAlone<T>(work: () => Promise<T>): Promise<T> {
  const turn = lastAlone.then(async () => {
    await Promise.allSettled(together);
    return work();
  });
  lastAlone = turn.catch(() => {});
  return turn;
}
