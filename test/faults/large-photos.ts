import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@pomona/store";
import sharp from "sharp";
import { mustRun, runArguments } from "../support/pomona.ts";
import { differenceFrom, readResult } from "./compare-result.ts";
import { namesIn, runOptions } from "./corpus.ts";
import type { Theatre } from "./theatre.ts";

/** Images that take a pool on this machine a minute, which is the time that slow faults need. */
export interface LargePhotos {
  readonly input: string;
  /** Seconds of an undisturbed run by a pool of four workers. */
  readonly cleanSeconds: number;
  readonly difference: (folder: string) => Promise<string | undefined>;
}

const made = new WeakMap<Theatre, Promise<LargePhotos>>();

/** Made when they are first needed. */
export function largePhotos(theatre: Theatre): Promise<LargePhotos> {
  const photos = made.get(theatre) ?? makeLargePhotos(theatre);
  made.set(theatre, photos);
  return photos;
}

/** Seconds that an undisturbed run of a pool of four workers is to take: several times what it takes to miss one of them. */
const wantedSeconds = 60;

async function makeLargePhotos(theatre: Theatre): Promise<LargePhotos> {
  const input = "s3://photos/large";
  const store = await openStore(input, { cwd: "/", s3: { endpoint: theatre.s3.endpoint } });
  const small = join(theatre.s3.folder, "photos/mixed");
  const keys: string[] = [];
  for (const label of (await namesIn(small)).filter((name) => name.startsWith("fruit_"))) {
    for (const name of await namesIn(join(small, label))) {
      const bytes = await sharp(await readFile(join(small, label, name)))
        .resize(3000, 2250, { kernel: "linear" })
        .jpeg({ quality: 80 })
        .toBuffer();
      keys.push(`${label}/${name}`);
      await store.put(`${label}/${name}`, bytes);
    }
  }
  let cleanSeconds = await secondsOfPool(theatre, input);
  for (let copies = 1; cleanSeconds < wantedSeconds; ) {
    // A little more: starting does not take longer with more photos.
    const enough = Math.ceil((1.2 * copies * wantedSeconds) / cleanSeconds);
    for (; copies < enough; copies++) {
      for (const key of keys) await store.copy(key, key.replace("/", `/${copies}-`));
    }
    cleanSeconds = await secondsOfPool(theatre, input);
  }
  const env = { ...theatre.s3.env, POMONA_S3_ENDPOINT: theatre.s3.endpoint };
  await mustRun(runArguments(input, "s3://results/large", ...runOptions), { scratch: theatre.scratch, env });
  const reference = await readResult(join(theatre.s3.folder, "results/large"));
  return { input, cleanSeconds, difference: (output) => differenceFrom(reference, output) };
}

function secondsOfPool(theatre: Theatre, input: string): Promise<number> {
  return theatre.play(async (stage) => {
    const pool = await stage.startPool({ workers: 4 });
    const { out, folder } = stage.output();
    await pool.submit(out, { input });
    return pool.finished(folder, { seconds: 600 });
  });
}
