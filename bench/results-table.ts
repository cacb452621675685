import type { Limit } from "./limit.ts";
import type { Machine } from "./machine.ts";
import type { PomonaJob } from "./pomona-job.ts";
import type { PythonJob } from "./python-job.ts";
import type { ResamplerTimes } from "./resampler-ratio.ts";

/** Measured one after the other, so that their ratios hold also where the machine's speed drifts. */
export interface Round {
  readonly limit: Limit;
  readonly pomona: PomonaJob;
  readonly python?: PythonJob;
}

export interface Results {
  readonly machine: Machine;
  readonly images: number;
  readonly workers: number;
  readonly inferBatch: number;
  /** Medians over the rounds; ratios are medians of ratios. */
  readonly medians: Readonly<Record<string, number | undefined>>;
  readonly resamplers: ResamplerTimes;
  readonly rounds: readonly Round[];
}

type Row = readonly [what: string, value: string, goal?: string];

export function formatResults({ machine, images, workers, inferBatch, medians, resamplers, rounds }: Results): string {
  const { cpu, cores, memoryGb, platform, node, date } = machine;
  const number = (name: string, digits: number): string => (medians[name] ?? Number.NaN).toFixed(digits);
  const { width, height, simdMs, typescriptMs, ratio } = resamplers;
  const rows: Row[] = [
    ["decode, CPU-ms per image", number("decodeMs", 2)],
    ["resample, CPU-ms per image", number("resampleMs", 2)],
    ["infer, CPU-ms per image", number("inferMs", 2)],
    ["implied limit, images/s", number("limitRate", 1)],
    ["featurizing, images/s", number("featurizingRate", 1)],
    ["featurizing, share of the limit", number("shareOfLimit", 3), "≥ 0.9"],
    ["whole job, images/s", number("jobRate", 1)],
    ["whole job, s", number("jobSeconds", 2)],
    ["whole job, CPU-ms per image", number("cpuMsPerImage", 2)],
    ["cores busy with something else meanwhile", number("busyElsewhere", 2), "≤ 0.1"],
    ["first image after start of process, s", number("firstImageSeconds", 2), "≤ 2"],
    ["first image after start of run(), s", number("firstImageSecondsFromRun", 2)],
    ["peak RSS of all processes, MiB", number("peakRssMb", 0)],
    [`resample ${width} × ${height}, SIMD, ms`, simdMs.toFixed(2)],
    [`resample ${width} × ${height}, TypeScript, ms`, typescriptMs.toFixed(2)],
    ["SIMD, times as fast as TypeScript", ratio.toFixed(1), "≥ 5"],
  ];
  if (medians.pythonJobRate !== undefined) {
    rows.push(
      ["Python: featurizing, images/s", number("pythonFeaturizingRate", 1)],
      ["Python: whole job, images/s", number("pythonJobRate", 1)],
      ["featurizing, times as fast as Python", number("featurizingTimesAsFastAsPython", 3)],
      ["whole job, times as fast as Python", number("timesAsFastAsPython", 3), "≥ 1.1"],
    );
  }
  const head = [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}, ${date}`,
    `${images} images, ${workers} processes, ${inferBatch} images a call, medians of ${rounds.length} rounds`,
    "",
  ];
  const widest = Math.max(...rows.map(([what]) => what.length));
  const lines = rows.map(([what, value, goal]) => {
    const line = `${what.padEnd(widest)}  ${value.padStart(8)}`;
    return goal === undefined ? line : `${line}  (goal ${goal})`;
  });
  return [...head, ...lines].join("\n");
}
