import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type DownloadProgress, downloadFile } from "./download-file.ts";
import { type KerasWeightsOptions, readKerasWeights } from "./keras-weights.ts";
import { untrainedSource, untrainedWeights } from "./untrained-weights.ts";
import type { Weights } from "./weights.ts";

/** Names under which Keras and this project know the file, with and without the classifier. */
export const weightsFileNames: readonly string[] = [
  "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
  "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
  "mobilenet_v2_1.0_224.h5",
  "mobilenet_v2_1.0_224_no_top.h5",
];

/** Where Keras itself fetches them. */
export const kerasWeightsUrl = `https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/${weightsFileNames[0]}`;

export interface WeightsQuery {
  /** A file, relative to `cwd`, or "untrained". Given, it alone counts. */
  readonly explicit?: string | undefined;
  /** The user's cache folder of this program; a download goes there. */
  readonly cacheDir: string;
  readonly cwd: string;
  /** Whether the official address may be asked, default true. */
  readonly download?: boolean;
  readonly url?: string;
  /** Milliseconds, default 10,000. */
  readonly connectTimeout?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/**
 * Where the weights come from: `explicit`; the cache; `./models`; `../shared/models`; the official address, whose file is
 * read before it counts and then kept in the cache.
 *
 * @returns an absolute path or "untrained", for `loadWeights`; a child process loads by the same word
 * @throws Error listing all five places, what each held, and what to do
 */
export async function findWeights(query: WeightsQuery): Promise<string> {
  const { explicit, cacheDir, cwd, download = true, url = kerasWeightsUrl, connectTimeout, onProgress } = query;
  if (explicit === untrainedSource) return untrainedSource;
  if (explicit !== undefined) return explicitFile(resolve(cwd, explicit));

  const folders = [cacheDir, resolve(cwd, "models"), resolve(cwd, "../shared/models")];
  for (const folder of folders) {
    const file = await firstExisting(weightsFileNames.map((name) => join(folder, name)));
    if (file) return file;
  }
  const tried = ["--weights or POMONA_WEIGHTS: not given", ...folders.map((folder) => `${folder}: no weights file`)];
  if (!download) throw noWeights([...tried, `${url}: downloads are off`]);
  const target = join(cacheDir, weightsFileNames[0]);
  try {
    await downloadFile(url, target, {
      check: (file) => readKerasWeights(file),
      ...(connectTimeout === undefined ? {} : { connectTimeout }),
      ...(onProgress ? { onProgress } : {}),
    });
  } catch (error) {
    throw noWeights([...tried, error instanceof Error ? error.message : String(error)], error);
  }
  return target;
}

/** Weights of what `findWeights` found. */
export async function loadWeights(
  source: string,
  options: Pick<KerasWeightsOptions, "cacheDir"> = {},
): Promise<Weights> {
  return source === untrainedSource ? untrainedWeights() : readKerasWeights(source, options);
}

async function explicitFile(file: string): Promise<string> {
  if (await exists(file)) return file;
  throw new Error(
    `${file}: no such weights file. Correct --weights or POMONA_WEIGHTS, or leave it out to have the weights looked up.`,
  );
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function noWeights(tried: readonly string[], cause?: unknown): Error {
  const places = tried.map((line, index) => `  ${index + 1}. ${line}`).join("\n");
  const remedy = `Fetch ${kerasWeightsUrl} elsewhere and put it into one of these folders or give it with --weights FILE; --weights untrained runs on a random network.`;
  return new Error(`No MobileNetV2 weights found:\n${places}\n${remedy}`, { cause });
}
