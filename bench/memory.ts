import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findWeights } from "@pomona/vision";
import { describeMachine } from "./machine.ts";
import { type PomonaJob, runPomona } from "./pomona-job.ts";
import { writeSmallImages } from "./small-images.ts";

// Whether memory is flat: the peak of the whole job on ten times as many images must be within 15 %.

const goal = 1.15;

const { values } = parseArgs({
  options: {
    few: { type: "string", default: "2000" },
    many: { type: "string", default: "20000" },
    weights: { type: "string" },
  },
});
const folder = await mkdtemp(join(tmpdir(), "pomona-bench-memory-"));

try {
  const weights = await findWeights({
    explicit: values.weights ?? process.env.POMONA_WEIGHTS,
    cacheDir: process.env.POMONA_CACHE ?? join(homedir(), ".cache/pomona"),
    cwd: process.cwd(),
  });
  const few = await runOn(Number(values.few), weights);
  const many = await runOn(Number(values.many), weights);
  const ratio = many.peakRssMb / few.peakRssMb;
  for (const { images, seconds, peakRssMb } of [few, many]) {
    console.log(`${images} images: peak RSS ${peakRssMb.toFixed(0)} MiB, ${seconds.toFixed(1)} s`);
  }
  console.log(`ratio ${ratio.toFixed(3)} (goal ≤ ${goal})`);
  const results = { machine: describeMachine(), few: shortened(few), many: shortened(many), ratio };
  await writeFile(new URL("results/memory.json", import.meta.url), `${JSON.stringify(results, roundedNumber, 2)}\n`);
  if (ratio > goal) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runOn(images: number, weights: string): Promise<PomonaJob> {
  const photos = join(folder, String(images));
  await writeSmallImages(photos, images);
  return runPomona({ photos, folder: join(folder, "job"), weights });
}

function shortened({ images, seconds, featurizingRate, peakRssMb, phases }: PomonaJob) {
  return { images, seconds, featurizingRate, peakRssMb, phases };
}

function roundedNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
