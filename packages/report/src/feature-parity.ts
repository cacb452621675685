import { createEngine, type Engine, type EngineName, pixelLength, type Weights } from "@pomona/vision";
import type { FeatureGoldens } from "./goldens.ts";
import { messageOf } from "./message-of.ts";
import { noise } from "./noise.ts";
import { type ParityLine, parityLine, type Skipped } from "./parity-report.ts";

/** Largest absolute difference to Keras that a feature may have. */
const tolerance = 1e-4;

export interface FeatureParityOptions {
  readonly engines: readonly EngineName[];
  readonly weights: Weights;
  readonly goldens: FeatureGoldens;
  /** Prepared photos by path; those without a golden are left out. */
  readonly pixels: ReadonlyMap<string, Uint8Array>;
}

/** Features of each engine that loads here, against those of Keras. */
export async function compareFeatures(
  options: FeatureParityOptions,
): Promise<{ lines: readonly ParityLine[]; skipped: readonly Skipped[] }> {
  const lines: ParityLine[] = [];
  const skipped: Skipped[] = [];
  for (const name of options.engines) {
    let engine: Engine;
    try {
      engine = await createEngine({ engine: name, weights: options.weights });
    } catch (error) {
      skipped.push({ what: `features of ${name}`, why: messageOf(error) });
      continue;
    }
    lines.push(...(await compareEngine(engine, options)));
    await engine.dispose();
  }
  return { lines, skipped };
}

async function compareEngine(
  engine: Engine,
  { weights, goldens, pixels }: FeatureParityOptions,
): Promise<ParityLine[]> {
  const { photos, synthetic, weightsSha256 } = goldens;
  const note = weights.sha256 === weightsSha256 ? "" : "; another weights file than Keras had";
  const line = (what: string, difference: number, detail: string) =>
    parityLine({ stage: "features", what: `${engine.name}, ${what}`, difference, tolerance, detail: detail + note });
  const drawn = await engine.inferBatch(noise(synthetic.seed, pixelLength), 1);
  const lines = [line("noise", largestDifference(drawn, synthetic.features), "1 image")];
  const found = photos.filter(({ path }) => pixels.has(path));
  let largest = 0;
  for (const { path, features } of found) {
    const row = await engine.inferBatch(pixels.get(path) ?? new Uint8Array(), 1);
    largest = Math.max(largest, largestDifference(row, features));
  }
  return found.length === 0 ? lines : [...lines, line("photos", largest, `${found.length} photos`)];
}

/** Infinite where a length differs or a value is NaN. */
function largestDifference(row: Float32Array, golden: string): number {
  const expected = new Float32Array(Uint8Array.from(Buffer.from(golden, "base64")).buffer);
  if (row.length !== expected.length) return Number.POSITIVE_INFINITY;
  return row.reduce((largest, value, j) => {
    const difference = Math.abs(value - (expected[j] ?? Number.NaN));
    return difference <= largest ? largest : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }, 0);
}
