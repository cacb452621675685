import type { Engine } from "./engine.ts";

export interface BatchRate {
  /** Images per call. */
  readonly inferBatch: number;
  readonly imagesPerSecond: number;
}

export interface MeasureOptions {
  /** Images per call to try, ascending. */
  readonly sizes: readonly number[];
  /** Seconds to measure each for, at least one call; default 0.3. */
  readonly seconds?: number;
}

/** On a GPU; more than 512 gain nothing on this network and hold 80 MB of pixels each. */
export const gpuBatchSizes: readonly number[] = [8, 16, 32, 64, 128, 256, 512];

/** A smaller call that is nearly as fast answers sooner and leaves memory to others. */
const nearlyAsFast = 0.95;

/**
 * Rates of an engine by images per call. Ends early where a larger call fails, for want of memory most likely; rejects
 * where the smallest one does.
 */
export async function measureInferBatch(
  engine: Pick<Engine, "inferBatch" | "inputSize">,
  { sizes, seconds = 0.3 }: MeasureOptions,
): Promise<BatchRate[]> {
  const rates: BatchRate[] = [];
  for (const inferBatch of sizes) {
    const pixels = Uint8Array.from(
      { length: inferBatch * engine.inputSize ** 2 * 3 },
      (_, index) => (index * 7919) >>> 5,
    );
    try {
      rates.push({ inferBatch, imagesPerSecond: await rateOf(engine, pixels, inferBatch, seconds) });
    } catch (error) {
      if (rates.length === 0) throw error;
      break;
    }
  }
  return rates;
}

/** The fewest images a call that come near the best rate. */
export function chooseInferBatch(rates: readonly BatchRate[]): BatchRate {
  const best = Math.max(...rates.map(({ imagesPerSecond }) => imagesPerSecond));
  const chosen = rates.find(({ imagesPerSecond }) => imagesPerSecond >= nearlyAsFast * best);
  if (chosen === undefined) throw new TypeError("chooseInferBatch: no rates to choose from");
  return chosen;
}

async function rateOf(
  engine: Pick<Engine, "inferBatch">,
  pixels: Uint8Array,
  inferBatch: number,
  seconds: number,
): Promise<number> {
  // The first call allocates; it is no measure of the others.
  await engine.inferBatch(pixels, inferBatch);
  const start = performance.now();
  let images = 0;
  let elapsed = 0;
  do {
    await engine.inferBatch(pixels, inferBatch);
    images += inferBatch;
    elapsed = (performance.now() - start) / 1000;
  } while (elapsed < seconds);
  return images / elapsed;
}
