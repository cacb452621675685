import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findWeights } from "@pomona/vision";
import { exportOnnx } from "./export-onnx.ts";
import { meanLimit, measureLimit } from "./limit.ts";
import { describeMachine } from "./machine.ts";
import { median } from "./median.ts";
import { defaultPhotos, multiplyPhotos } from "./photos.ts";
import { runPomona } from "./pomona-job.ts";
import { type PythonJob, preparePython, runPython } from "./python-job.ts";
import { measureResamplers } from "./resampler-ratio.ts";
import { formatResults, type Round } from "./results-table.ts";

// What the main job costs, how near it comes to what the machine allows, and, with --python, how it compares with a
// plain Python script. Noise of the machine is met by ratios within a round and medians over rounds.

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "3000" },
    rounds: { type: "string", default: "3" },
    photos: { type: "string", default: defaultPhotos },
    weights: { type: "string" },
    workers: { type: "string" },
    "infer-batch": { type: "string", default: "4" },
    python: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const images = Number(values.images);
const inferBatch = Number(values["infer-batch"]);
const source = resolve(values.photos);
const machine = describeMachine();
const workers = Number(values.workers ?? machine.cores);
const folder = await mkdtemp(join(tmpdir(), "pomona-bench-"));

try {
  const weights = await findWeights({
    explicit: values.weights ?? process.env.POMONA_WEIGHTS,
    cacheDir: process.env.POMONA_CACHE ?? join(homedir(), ".cache/pomona"),
    cwd: process.cwd(),
  });
  const photos = join(folder, "photos");
  await multiplyPhotos(source, photos, images);
  const model = join(folder, "network.onnx");
  if (values.python) {
    await preparePython();
    await exportOnnx(weights, model);
  }

  /** The limit is measured before and after the job: the speed of a shared machine drifts by a third within a minute. */
  async function runRound(round: number): Promise<Round> {
    const flags = ["--workers", String(workers), "--infer-batch", String(inferBatch)];
    const options = { photos: source, weights, inferBatch };
    // Whoever comes first, comes second in the next round.
    const pythonFirst = values.python && round % 2 === 0 ? await fasterPython(photos, model) : undefined;
    const before = await measureLimit(machine.cores, options);
    const pomona = await runPomona({ photos, folder: join(folder, "pomona"), weights, flags });
    const limit = meanLimit(before, await measureLimit(machine.cores, options));
    const python = pythonFirst ?? (values.python ? await fasterPython(photos, model) : undefined);
    return { limit, pomona, ...(python && { python }) };
  }

  const resamplers = await measureResamplers(source);
  const rounds: Round[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    rounds.push(await runRound(round));
    console.error(`bench: round ${round} of ${values.rounds} done`);
  }
  const results = { machine, images, workers, inferBatch, medians: mediansOf(rounds), resamplers, rounds };
  console.log(formatResults(results));
  const name = values.python ? "main-job-python" : "main-job";
  const file = resolve(values.out ?? new URL(`results/${name}.json`, import.meta.url).pathname);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, roundedNumber, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Which batch suits the script depends on the machine's caches, so it gets two tries. */
async function fasterPython(photos: string, model: string): Promise<PythonJob> {
  const options = { photos, folder: join(folder, "python"), model, processes: workers };
  const [small, large] = [await runPython({ ...options, batch: 4 }), await runPython({ ...options, batch: 8 })];
  return small.seconds < large.seconds ? small : large;
}

function mediansOf(rounds: readonly Round[]) {
  const over = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const compared = rounds.filter((round) => round.python !== undefined);
  const against = (pick: (round: Round, python: PythonJob) => number) =>
    compared.length > 0 ? median(compared.map((round) => pick(round, round.python!))) : undefined;
  return {
    decodeMs: over(({ limit }) => limit.costs.decode),
    resampleMs: over(({ limit }) => limit.costs.resample),
    inferMs: over(({ limit }) => limit.costs.infer),
    limitRate: over(({ limit }) => limit.rate),
    featurizingRate: over(({ pomona }) => pomona.featurizingRate),
    shareOfLimit: over(({ limit, pomona }) => pomona.featurizingRate / limit.rate),
    jobRate: over(({ pomona }) => pomona.jobRate),
    jobSeconds: over(({ pomona }) => pomona.seconds),
    firstImageSeconds: over(({ pomona }) => pomona.firstImage.fromProcess),
    firstImageSecondsFromRun: over(({ pomona }) => pomona.firstImage.fromRun),
    cpuMsPerImage: over(({ pomona }) => (pomona.cpuSeconds * 1000) / pomona.images),
    busyElsewhere: over(({ pomona }) => pomona.busyElsewhere),
    peakRssMb: over(({ pomona }) => pomona.peakRssMb),
    pythonFeaturizingRate: against((_, python) => python.featurizingRate),
    pythonJobRate: against((_, python) => python.jobRate),
    timesAsFastAsPython: against(({ pomona }, python) => pomona.jobRate / python.jobRate),
    featurizingTimesAsFastAsPython: against(({ pomona }, python) => pomona.featurizingRate / python.featurizingRate),
  };
}

function roundedNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
