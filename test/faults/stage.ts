import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, runArguments } from "../support/pomona.ts";
import { makeScratch } from "../support/scratch.ts";
import { type S3Server, startVersitygw } from "../support/versitygw.ts";
import { differenceFrom, type Result, readResult } from "./compare-result.ts";
import { corpus, makeCorpus, runOptions } from "./corpus.ts";
import { Pool, type PoolOptions } from "./pool.ts";

/** The S3 server with the corpus, the result of an undisturbed run, and whatever a trial starts. */
export class Stage {
  readonly s3: S3Server;
  readonly scratch: string;
  readonly reference: Result;
  /** Seconds of an undisturbed run in one process. */
  readonly referenceSeconds: number;
  readonly #closers: (() => Promise<void>)[] = [];
  #outputs = 0;

  private constructor(s3: S3Server, scratch: string, reference: Result, referenceSeconds: number) {
    this.s3 = s3;
    this.scratch = scratch;
    this.reference = reference;
    this.referenceSeconds = referenceSeconds;
  }

  static async open(): Promise<Stage> {
    const s3 = await startVersitygw();
    // For the stores that this process opens itself.
    Object.assign(process.env, s3.env);
    const scratch = await makeScratch("faults");
    for (const bucket of ["photos", "results", "home"]) await s3.createBucket(bucket);
    await makeCorpus(s3, scratch);
    const env = { ...s3.env, POMONA_S3_ENDPOINT: s3.endpoint };
    const args = runArguments(corpus, "s3://results/undisturbed", ...runOptions);
    const { seconds } = await mustRun(args, { scratch, env });
    return new Stage(s3, scratch, await readResult(join(s3.folder, "results/undisturbed")), seconds);
  }

  /** A place for one more output: its address and the folder where the server keeps it. */
  output(): { readonly out: string; readonly folder: string } {
    this.#outputs += 1;
    const name = `out-${this.#outputs}`;
    return { out: `s3://results/${name}`, folder: join(this.s3.folder, "results", name) };
  }

  /** A pool of its own Redis and home, ended with the trial. */
  async startPool(options: PoolOptions = {}): Promise<Pool> {
    this.#outputs += 1;
    const scratch = join(this.scratch, `pool-${this.#outputs}`);
    await mkdir(scratch);
    const pool = await Pool.open({ s3: this.s3, scratch, home: `s3://home/${this.#outputs}` }, options);
    this.onEnd(() => pool.close());
    return pool;
  }

  onEnd(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** Ends what the trial started. */
  async endTrial(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close().catch(() => {});
  }

  async close(): Promise<void> {
    await this.endTrial();
    await this.s3.close();
  }

  /** What differs from the undisturbed run; undefined where nothing does. */
  difference(folder: string): Promise<string | undefined> {
    return differenceFrom(this.reference, folder);
  }
}
