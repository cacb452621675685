import type { ConfigSource } from "@pomona/core";
import { findWeights, untrainedSource } from "@pomona/vision";

export interface DemoWeightsOptions {
  readonly cwd: string;
  /** Where weights are looked up and downloaded to. */
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onNotice: (message: string) => void;
}

/** Only the demo may go on without weights, and only where nobody named any. */
export async function demoWeights({ cwd, cacheDir, env, onNotice }: DemoWeightsOptions): Promise<ConfigSource> {
  if (env.POMONA_WEIGHTS) return {};
  try {
    await findWeights({ cacheDir, cwd });
    return {};
  } catch (error) {
    onNotice(error instanceof Error ? error.message : String(error));
    onNotice("WARNING: the demo goes on with a RANDOM network (untrained): its numbers describe nothing.");
    return { weights: untrainedSource };
  }
}
