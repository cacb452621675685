import { compareWithStatsGoldens } from "@pomona/stats";
import { openStore } from "@pomona/store";
import { type EngineName, engineNames, loadWeights, untrainedSource } from "@pomona/vision";
import { compareFeatures } from "./feature-parity.ts";
import { readGoldens } from "./goldens.ts";
import { compareOddFiles, comparePhotos, compareResampling } from "./image-parity.ts";
import { compareMlPca } from "./ml-pca-parity.ts";
import { type ParityLine, type ParityReport, parityLine, type Skipped } from "./parity-report.ts";

export interface ParityOptions {
  /** Absolute folder (or address) of the photos that the references saw, one folder a label. */
  readonly photos?: string | undefined;
  /** What `findWeights` found. */
  readonly weights?: string | undefined;
  /** Default all; those that don't load here are skipped, and it is said why. */
  readonly engines?: readonly EngineName[];
  /** Absolute folder of the repository's odd image files. */
  readonly oddFiles?: string | undefined;
  /** Told what is compared next. */
  readonly onProgress?: (what: string) => void;
}

/**
 * Compares this build with the committed numbers of Pillow, Keras, NumPy, scikit-learn and ml-pca. What the options leave
 * out is skipped and named. Rejects where a folder or the weights can't be read.
 */
export async function parity(options: ParityOptions = {}): Promise<ParityReport> {
  const { photos, weights, engines = engineNames, oddFiles, onProgress = () => {} } = options;
  const { images, features, stats } = await readGoldens();
  const lines: ParityLine[] = [];
  const skipped: Skipped[] = [];
  const open = (folder: string) => openStore(folder, { cwd: "/", mustExist: true });
  let pixels: ReadonlyMap<string, Uint8Array> = new Map();

  onProgress("decoded and resized images");
  if (photos === undefined) {
    skipped.push({ what: "photos", why: "no folder of photos was given" });
  } else {
    const compared = await comparePhotos(await open(photos), images);
    pixels = compared.pixels;
    lines.push(...compared.lines);
    const { length } = compared.missing;
    if (length > 0) skipped.push({ what: "photos", why: `${length} are not in ${photos}: ${compared.missing[0]}…` });
  }
  if (oddFiles !== undefined) lines.push(...(await compareOddFiles(await open(oddFiles), images)));
  lines.push(...compareResampling(images));

  onProgress("features");
  if (weights === undefined || weights === untrainedSource) {
    const why = weights === undefined ? "no weights were given" : "a random network has no reference";
    skipped.push({ what: "features", why });
  } else {
    const compared = await compareFeatures({ engines, weights: await loadWeights(weights), goldens: features, pixels });
    lines.push(...compared.lines);
    skipped.push(...compared.skipped);
  }

  onProgress("scaler and principal components");
  for (const { matrix, quantity, difference, limit } of await compareWithStatsGoldens(stats)) {
    const what = `${matrix} matrix, ${quantity}`;
    lines.push(parityLine({ stage: "statistics", what, difference, tolerance: limit, detail: "" }));
  }
  lines.push(...(await compareMlPca()));
  const references = { pillow: images.pillow, ...features.versions, ...stats.madeWith };
  return { ok: lines.every(({ ok }) => ok), lines: inOrder(lines), skipped, references };
}

/** By stage, in the order in which the stages first came. */
function inOrder(lines: readonly ParityLine[]): ParityLine[] {
  const stages = [...new Set(lines.map(({ stage }) => stage))];
  return stages.flatMap((stage) => lines.filter((line) => line.stage === stage));
}
