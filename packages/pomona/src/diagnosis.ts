import type { EngineProbe, Gpu } from "@pomona/vision";
import type { Estimate } from "./estimate-cost.ts";
import type { FolderState } from "./folder-state.ts";
import type { MeasuredPath } from "./measure-path.ts";
import type { WeightsState } from "./weights-state.ts";

/** What `pomona doctor` found. Plain data, all of it. */
export interface Diagnosis {
  /** Whether a run can work here: `problems` is empty. */
  readonly ok: boolean;
  /** What prevents a run, each with its remedy. */
  readonly problems: readonly string[];
  readonly pomona: string;
  readonly node: { readonly version: string; readonly needed: string; readonly ok: boolean };
  readonly system: { readonly platform: string; readonly arch: string; readonly release: string };
  readonly processor: {
    readonly model: string;
    /** Cores that the scheduler allows. */
    readonly cores: number;
    /** Quota of the control groups in cores, rounded up; null without one. */
    readonly quota: number | null;
    /** Processes that a run starts by default. */
    readonly usableCores: number;
  };
  readonly memory: {
    readonly totalBytes: number;
    readonly freeBytes: number;
    /** Limit of the control groups; null without one. */
    readonly limitBytes: number | null;
  };
  readonly simd: boolean;
  readonly sharp: { readonly version: string; readonly libvips: string };
  /** NVIDIA GPUs that this process may use. */
  readonly gpus: readonly Gpu[];
  readonly engines: readonly EngineProbe[];
  readonly weights: WeightsState;
  /** A home on S3 is not looked at. */
  readonly folders: readonly (FolderState & { readonly what: "working folder" | "home" | "cache" })[];
  /** Null where no engine runs. */
  readonly path: MeasuredPath | null;
  /** Of a million images. */
  readonly estimates: readonly Estimate[];
  readonly seconds: number;
}
