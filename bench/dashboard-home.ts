import type { ObjectStore } from "@pomona/core";
import { openStore } from "@pomona/store";
import { driveSyntheticRun } from "../test/fixtures/driven-run.ts";
import type { S3Server } from "../test/support/versitygw.ts";

export interface BenchHome {
  readonly uri: string;
  /** Finished ones, oldest first; their outputs lie beside the home. */
  readonly runs: readonly string[];
  /** A finished run of 300 images, one of so many as were asked for, and one that failed in the middle of these. */
  readonly small: string;
  readonly large: string;
  readonly failed: string;
}

export interface BenchHomeOptions {
  readonly runs: number;
  readonly images: number;
  readonly onStep: (step: string) => void;
}

const bucket = "pomona";
const minutesApart = 7;
const atOnce = 8;

/** A home on S3 and all that it names, opened, driven and published by the coordinator's own code. */
export async function makeBenchHome(server: S3Server, options: BenchHomeOptions): Promise<BenchHome> {
  const { images, onStep } = options;
  await server.createBucket(bucket);
  const s3 = { endpoint: server.endpoint };
  const open = (name: string): Promise<ObjectStore> => openStore(`s3://${bucket}/${name}`, { cwd: "/", s3 });
  const home = await open("home");
  const firstAt = Date.now() - options.runs * minutesApart * 60_000;
  const runs: string[] = [];
  const left = Array.from({ length: options.runs }, (_, i) => i).values();
  const makeSome = async (): Promise<void> => {
    for (const i of left) {
      const at = new Date(firstAt + i * minutesApart * 60_000);
      runs[i] = await driveSyntheticRun({ home, out: await open(`out-${i}`), images: 16, badEvery: 16, at });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, makeSome));
  onStep(`${options.runs} finished runs`);
  const more = { home, badEvery: 2000, window: 16 };
  const small = await driveSyntheticRun({ ...more, out: await open("small"), images: 300 });
  const large = await driveSyntheticRun({ ...more, out: await open("large"), images });
  onStep(`a run of ${images} images`);
  const failed = await driveSyntheticRun({ ...more, out: await open("failed"), images, failsAt: 0.3 * images });
  onStep(`one that failed after ${0.3 * images}`);
  return { uri: home.uri, runs, small, large, failed };
}
