import type { JobResult, OpenRun, PreviewJob } from "@pomona/core";
import { fitPca } from "@pomona/stats";
import { mergeGroups } from "./fit-model.ts";

/** Components that are looked at. */
const components = 10;

/**
 * The variance that components of the first groups explain. Nothing is written: it is for people who watch a run. Memory:
 * as a fit.
 *
 * @throws PomonaError `missing-moments` where one of the groups has none yet
 */
export async function previewVariance(job: PreviewJob, run: OpenRun): Promise<JobResult> {
  const moments = await mergeGroups(run, job);
  const { explainedVarianceRatio } = fitPca({ moments, components });
  const explainedVariance = Array.from(explainedVarianceRatio, (share) => Number(share.toPrecision(4)));
  return { rows: moments.count, quarantined: 0, decoded: 0, explainedVariance };
}
