/** The only file that knows the names in a home and in an output. Numbers are padded so that listings are in order. */
const ordinal = (n: number): string => String(n).padStart(8, "0");
const partNumber = (n: number): string => String(n).padStart(5, "0");

export const homeLayout = {
  runs: "runs/",
  run: (run: string) => `runs/${run}.json`,
} as const;

export const outputLayout = {
  success: "_SUCCESS",
  parquet: "parquet/",
  parquetPart: (part: number) => `parquet/part-${partNumber(part)}.parquet`,
  csv: "result.csv",
  csvParts: "csv/",
  csvPart: (part: number) => `csv/part-${partNumber(part)}.csv`,
  quarantine: "quarantine.csv",
  model: "model/",
  scaler: "model/scaler.json",
  pca: "model/pca.json",
  classes: "model/classes.json",
  modelFingerprint: "model/fingerprint.json",
  /** Names the other files of `model/` with their hashes; results of the first versions have none. */
  bundle: "model/bundle.json",
  modelFile: (name: string) => `model/${name}`,
  report: "report.html",
  reportData: "report.json",
  plots: "plots/",
  ours: "_run/",
  temporary: "_run/tmp",
  /** Written and removed before a run begins, to know that it can be. */
  preflight: "_run/preflight",
  log: "_run/log/",
  logEntry: (n: number) => `_run/log/${ordinal(n)}.json`,
} as const;

/** What `--overwrite` may delete, but for the log: nothing else in an output is ours. */
export const deletableNames: readonly string[] = [
  outputLayout.success,
  outputLayout.parquet,
  outputLayout.csv,
  outputLayout.csvParts,
  outputLayout.quarantine,
  outputLayout.model,
  outputLayout.report,
  outputLayout.reportData,
  outputLayout.plots,
];

/** Names below `_run/<run>/` of an output. */
export function runLayout(run: string) {
  const root = `_run/${run}/`;
  const suspects = (batch: number, retry?: number): string =>
    `${root}suspects/${ordinal(batch)}${retry === undefined ? "" : `.g${retry}`}/`;
  return {
    root,
    config: `${root}run.json`,
    settings: `${root}settings.json`,
    fingerprint: `${root}fingerprint.json`,
    /** The model of the run that this one updates: what drift is measured against. */
    earlierModel: `${root}earlier-model.json`,
    /** Which images of a batch are new or changed since the run that this one updates. */
    fresh: (batch: number) => `${root}fresh/${ordinal(batch)}.json`,
    freshBatches: `${root}fresh/`,
    batches: `${root}batches/`,
    batch: (n: number) => `${root}batches/${ordinal(n)}.json`,
    shards: `${root}shards/`,
    shard: (n: number) => `${root}shards/${ordinal(n)}.arrow`,
    /** The images of batch `n` that generation `g` tried again, and nothing else. */
    retriedShard: (n: number, g: number) => `${root}shards/${ordinal(n)}.g${g}.arrow`,
    /** Marks of a batch, or of what generation `retry` tries again of it, whose worker died: written before each image is tried. */
    suspects,
    suspect: (batch: number, index: number, mark: 1 | 2 | "crashed", retry?: number) =>
      `${suspects(batch, retry)}${index}.${mark}`,
    telemetry: `${root}telemetry/`,
    telemetryMinute: (minute: number) => `${root}telemetry/${ordinal(minute)}.json`,
    generation: (g: number) => {
      const made = `${root}g${g}/`;
      return {
        root: made,
        request: `${made}request.json`,
        /** Which batches have a {@link retriedShard} of this generation. */
        retried: `${made}retried.json`,
        moments: (group: number) => `${made}moments/${ordinal(group)}.bin`,
        model: `${made}model.json`,
        drift: `${made}drift.json`,
        /** What is published below `model/`, as the fit wrote it. */
        modelFile: (name: string) => `${made}model/${name}`,
        part: (part: number) => `${made}parts/part-${partNumber(part)}.parquet`,
        partBooks: (part: number) => `${made}parts/part-${partNumber(part)}.json`,
        csv: (part: number, flavour: string) => `${made}csv-${flavour}/part-${partNumber(part)}.csv`,
      };
    },
  } as const;
}

/** The ordinal in a key of `batches/` or `shards/`; undefined for any other name, that of a retried shard too. */
export function ordinalOf(key: string): number | undefined {
  const match = /\/(\d{8})\.[a-z]+$/.exec(key);
  return match === null ? undefined : Number(match[1]);
}
