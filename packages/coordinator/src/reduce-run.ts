import {
  type BatchRange,
  type BundleJob,
  type CompareJob,
  type CsvJob,
  type DriftJob,
  type FitJob,
  groupBatches,
  type JobFailure,
  type JobResult,
  type MomentsJob,
  type Phase,
  type ProjectJob,
  partitionBatches,
  type TrainingRowsSource,
  type TrainJob,
} from "@pomona/core";
import type { Dispatch } from "./dispatch.ts";
import { judgeQuarantine } from "./judge-quarantine.ts";
import { refuseLostShard } from "./lost-shard-error.ts";
import { runJobs } from "./run-jobs.ts";
import type { RunLedger } from "./run-ledger.ts";

export interface ReduceRunOptions {
  readonly run: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly generation: number;
  readonly dispatch: Dispatch;
  readonly ledger: RunLedger;
  readonly partitions: number;
  readonly csv: "compact" | "full" | "none";
  readonly maxQuarantine: number;
  /** Rows of each group whose moments are there already. */
  readonly rowsOf: ReadonlyMap<number, number>;
  /** Whether the run updates another: then its drift is measured. */
  readonly updates: boolean;
}

/**
 * Shards to the parts of a generation: moments of every group, one fit, one part after another, and beside or after them
 * what classifies new images. Every job is a no-op
 * where its result is stored, so a resume passes through quickly. Returns the parts' ranges of batches.
 */
export async function reduceRun(options: ReduceRunOptions): Promise<BatchRange[]> {
  const { run, epoch, attempt, generation, dispatch, ledger, partitions, csv, maxQuarantine, rowsOf } = options;
  const idOf = (what: string): string => `${run}-g${generation}-${what}-e${epoch}-${attempt}`;
  const shared = { run, generation, priority: 0 };

  const groups = groupBatches(ledger.imagesPerBatch);
  let rows = 0;
  for (const ofGroup of rowsOf.values()) rows += ofGroup;
  const missing = Array.from(groups.entries()).filter(([group]) => !rowsOf.has(group));
  await phase(
    options,
    "moments",
    missing.map(([group, range]): MomentsJob => {
      return { ...shared, ...range, kind: "moments", id: idOf(`m${group}`), group };
    }),
    (result) => {
      rows += result.rows;
    },
  );
  // A shard covers its batch exactly: what is no row is in quarantine, also where an earlier call made the shard.
  const quarantined = ledger.listed - rows;
  ledger.countQuarantined(quarantined);
  judgeQuarantine(quarantined, ledger.listed, maxQuarantine);

  await phase(options, "fitting", [{ ...shared, kind: "fit", id: idOf("fit"), groups: groups.length }]);

  const parts = partitionBatches(ledger.imagesPerBatch, partitions);
  const projections = parts.map((range, part): ProjectJob => {
    return { ...shared, ...range, kind: "project", id: idOf(`p${part}`), part };
  });
  const training = (rows: TrainingRowsSource): [CompareJob, TrainJob] => [
    { ...shared, kind: "compare", id: idOf("compare"), rows },
    { ...shared, kind: "train", id: idOf("train"), rows },
  ];
  // Few images are trained with while their table is written: their rows fit into memory, and one part leaves other
  // reducers idle. Of many the samples that both hold would be the most that a run ever has in memory, and the seconds
  // won a small part of it.
  if (ledger.listed <= imagesInMemory) {
    await phase(options, "projecting", [...projections, ...training({ batches: ledger.imagesPerBatch.length })]);
  } else {
    await phase(options, "projecting", projections);
    await phase(
      { ...options, dispatch: { ...dispatch, window: () => 1 } },
      "training",
      training({ parts: parts.length }),
    );
  }

  const last: ReduceJob[] = [{ ...shared, kind: "bundle", id: idOf("bundle") }];
  if (options.updates) last.push({ ...shared, kind: "drift", id: idOf("drift"), groups: groups.length });
  if (csv !== "none") {
    for (const part of parts.keys()) {
      last.push({ ...shared, kind: "csv", id: idOf(`c${part}-${csv}`), part, flavour: csv });
    }
  }
  await phase(options, "publishing", last);
  return parts;
}

const imagesInMemory = 5000;

type ReduceJob = MomentsJob | FitJob | ProjectJob | TrainJob | CompareJob | BundleJob | DriftJob | CsvJob;

async function phase(
  { dispatch, ledger }: ReduceRunOptions,
  name: Phase,
  jobs: readonly ReduceJob[],
  onResult: (result: JobResult) => void = () => {},
): Promise<void> {
  const deaths = new Map<string, number>();
  ledger.enter(name, jobs.length);
  await runJobs({
    ...dispatch,
    name: "reduce",
    jobs: () => jobs,
    onResult(_, result) {
      onResult(result);
      ledger.step();
    },
    onFailure: (job, failure) => tryAgain(job, failure, deaths),
  });
}

/** How often a job may kill the process that does it before the run fails: one kill may come from outside. */
const maxDeaths = 3;

function tryAgain<J extends ReduceJob>(job: J, failure: JobFailure, deaths: Map<string, number>): J | undefined {
  refuseLostShard(failure);
  const died = (deaths.get(job.id) ?? 0) + 1;
  deaths.set(job.id, died);
  return failure.code === "reducer-died" && died < maxDeaths ? job : undefined;
}
