import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@pomona/store";
import sharp from "sharp";
import { mustRun, runArguments } from "../support/pomona.ts";
import { differenceFrom, readResult } from "./compare-result.ts";
import { namesIn, runOptions } from "./corpus.ts";
import type { Theatre } from "./theatre.ts";

/** Images that take this machine a minute, which is the time that slow faults need. */
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

/** Seconds that an undisturbed run is to take: several times what it takes to notice that a worker is gone. */
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
  const env = { ...theatre.s3.env, POMONA_S3_ENDPOINT: theatre.s3.endpoint };
  const runAlone = (out: string) => mustRun(runArguments(input, out, ...runOptions), { scratch: theatre.scratch, env });
  const start = performance.now();
  await runAlone("s3://results/once");
  const copies = Math.round((wantedSeconds * 1000) / (performance.now() - start));
  for (let copy = 1; copy < copies; copy++) {
    for (const key of keys) await store.copy(key, key.replace("/", `/${copy}-`));
  }
  await runAlone("s3://results/large");
  const reference = await readResult(join(theatre.s3.folder, "results/large"));
  const cleanSeconds = await theatre.play(async (stage) => {
    const pool = await stage.startPool({ workers: 4 });
    const { out, folder } = stage.output();
    await pool.submit(out, { input });
    return pool.finished(folder, { seconds: 600 });
  });
  return { input, cleanSeconds, difference: (output) => differenceFrom(reference, output) };
}
