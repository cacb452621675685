import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@pomona/store";
import sharp from "sharp";
import { mustRun, runArguments } from "../support/pomona.ts";
import { differenceFrom, readResult } from "./compare-result.ts";
import { namesIn, runOptions } from "./corpus.ts";
import type { Stage } from "./stage.ts";

/** Images that take a pool a minute, which is the time that slow faults need. */
export interface LargePhotos {
  readonly input: string;
  /** Seconds of an undisturbed run by a pool of four workers. */
  readonly cleanSeconds: number;
  readonly difference: (folder: string) => Promise<string | undefined>;
}

const made = new WeakMap<Stage, Promise<LargePhotos>>();

/** Made when they are first needed. */
export function largePhotos(stage: Stage): Promise<LargePhotos> {
  const photos = made.get(stage) ?? makeLargePhotos(stage);
  made.set(stage, photos);
  return photos;
}

async function makeLargePhotos(stage: Stage): Promise<LargePhotos> {
  const input = "s3://photos/large";
  const store = await openStore(input, { cwd: "/", s3: { endpoint: stage.s3.endpoint } });
  const small = join(stage.s3.folder, "photos/mixed");
  for (const label of (await namesIn(small)).filter((name) => name.startsWith("fruit_"))) {
    for (const name of await namesIn(join(small, label))) {
      const bytes = await sharp(await readFile(join(small, label, name)))
        .resize(3000, 2250, { kernel: "linear" })
        .jpeg({ quality: 80 })
        .toBuffer();
      await store.put(`${label}/${name}`, bytes);
    }
  }
  const env = { ...stage.s3.env, POMONA_S3_ENDPOINT: stage.s3.endpoint };
  await mustRun(runArguments(input, "s3://results/large", ...runOptions), { scratch: stage.scratch, env });
  const reference = await readResult(join(stage.s3.folder, "results/large"));
  const pool = await stage.startPool({ workers: 4 });
  const { out, folder } = stage.output();
  await pool.submit(out, { input });
  const cleanSeconds = await pool.finished(folder, { seconds: 600 });
  await stage.endTrial();
  return { input, cleanSeconds, difference: (output) => differenceFrom(reference, output) };
}
