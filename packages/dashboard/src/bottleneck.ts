import type { Stage, StageTimes } from "@pomona/core";

export interface Bottleneck {
  /** `decode-bound`, in words that an operator would use. */
  readonly name: string;
  readonly advice: string;
}

export interface BottleneckFacts {
  readonly stages: StageTimes;
  readonly workers: number;
  /** Undefined where Redis does not say. */
  readonly waitingJobs: number | undefined;
  readonly isListed: boolean;
  readonly isPaused: boolean;
  /** Share of their time that engines wait which are fed by processes that only decode, 0…1; undefined without such. */
  readonly engineWait?: number | undefined;
}

/** Engines that wait less are as good as busy. */
const littleWait = 0.2;

/** Fetching runs beside computing, several images at once: only well above it does it hold the work up. */
const overlap = 3;

/**
 * Names what a run waits for, from where its images spend their time: `get` and `put` overlap with computing, so they count
 * only when they exceed `decode + resample + infer` by far; of those three, which one process does one after another, the
 * longest decides. Where decoding is done apart, whether the engine waits for it decides. Undefined where nothing was measured.
 */
export function nameBottleneck(facts: BottleneckFacts): Bottleneck | undefined {
  const { stages, workers, waitingJobs, isListed, isPaused } = facts;
  if (isPaused) return undefined;
  if (waitingJobs !== undefined && workers === 0) {
    return { name: "no worker", advice: "nothing is computed: start pomona worker" };
  }
  const spent = (stage: Stage): number => stages[stage]?.totalMs ?? 0;
  const computing = spent("decode") + spent("resample") + spent("infer");
  if (computing === 0) return undefined;
  if (!isListed && waitingJobs === 0) {
    return { name: "listing-bound", advice: "workers wait for keys: give a list with --keys-from, or an S3 Inventory" };
  }
  if (spent("get") > overlap * computing) {
    return {
      name: "storage-bound",
      advice: "images come slowly: run workers nearer to the bucket, or raise --batches-in-flight",
    };
  }
  if (spent("put") > computing) {
    return { name: "write-bound", advice: "shards go slowly: look at the output's storage and at --batch-size" };
  }
  const preparing = spent("decode") + spent("resample");
  const { engineWait } = facts;
  if (engineWait !== undefined && engineWait > littleWait) {
    const share = Math.round(100 * engineWait);
    return {
      name: "decode-bound",
      advice: `the engine waits ${share} % of its time for pixels: give its worker more cores and --decoders`,
    };
  }
  if (engineWait !== undefined || spent("infer") >= preparing) {
    return { name: "inference-bound", advice: "add workers, or one with a GPU" };
  }
  const longer = spent("decode") >= spent("resample") ? "decode-bound" : "resample-bound";
  const vips = longer === "resample-bound" ? "; --resampler vips shrinks big photos while it decodes them" : "";
  return { name: longer, advice: `add CPU workers${vips}` };
}
