import { findWeights, kerasWeightsUrl } from "@pomona/vision";

/** Whether a run would have weights here. */
export interface WeightsState {
  /** The file, or "untrained"; null where none is found. */
  readonly found: string | null;
  /** Where it was looked for, where none is found. */
  readonly looked: readonly string[];
  /** Whether the official address answers; null where nobody needed to ask. */
  readonly downloadable: boolean | null;
}

export interface WeightsStateOptions {
  /** A file that the user named; given, it alone counts. */
  readonly explicit?: string | undefined;
  readonly cacheDir: string;
  readonly cwd: string;
  readonly url?: string;
  /** Milliseconds to wait for the official address, default 4000. */
  readonly timeout?: number;
}

/** Looks for weights as a run does, but downloads nothing. */
export async function lookForWeights({
  explicit,
  cacheDir,
  cwd,
  url = kerasWeightsUrl,
  timeout = 4000,
}: WeightsStateOptions): Promise<WeightsState> {
  try {
    return {
      found: await findWeights({ explicit, cacheDir, cwd, url, download: false }),
      looked: [],
      downloadable: null,
    };
  } catch (error) {
    const looked = (error instanceof Error ? error.message : String(error)).split("\n");
    return { found: null, looked, downloadable: explicit === undefined ? await answers(url, timeout) : null };
  }
}

async function answers(url: string, timeout: number): Promise<boolean> {
  return fetch(url, { method: "HEAD", signal: AbortSignal.timeout(timeout) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
