import { join } from "node:path";
import { mustRun, runArguments } from "../support/pomona.ts";
import { makeScratch } from "../support/scratch.ts";
import { type S3Server, startVersitygw } from "../support/versitygw.ts";
import { type Result, readResult } from "./compare-result.ts";
import { corpus, makeCorpus, runOptions } from "./corpus.ts";
import { Stage } from "./stage.ts";

/** What all trials share: the S3 server with the corpus, and the result of an undisturbed run. */
export class Theatre {
  readonly s3: S3Server;
  readonly scratch: string;
  readonly reference: Result;
  /** Seconds of an undisturbed run in one process. */
  readonly referenceSeconds: number;
  readonly #stages = new Set<Stage>();
  #names = 0;

  private constructor(s3: S3Server, scratch: string, reference: Result, referenceSeconds: number) {
    this.s3 = s3;
    this.scratch = scratch;
    this.reference = reference;
    this.referenceSeconds = referenceSeconds;
  }

  static async open(): Promise<Theatre> {
    const s3 = await startVersitygw();
    // For the stores that this process opens itself.
    Object.assign(process.env, s3.env);
    const scratch = await makeScratch("faults");
    for (const bucket of ["photos", "results", "home"]) await s3.createBucket(bucket);
    await makeCorpus(s3, scratch);
    const env = { ...s3.env, POMONA_S3_ENDPOINT: s3.endpoint };
    const args = runArguments(corpus, "s3://results/undisturbed", ...runOptions);
    const { seconds } = await mustRun(args, { scratch, env });
    return new Theatre(s3, scratch, await readResult(join(s3.folder, "results/undisturbed")), seconds);
  }

  /** A number that nothing else has. */
  name(): string {
    this.#names += 1;
    return String(this.#names);
  }

  /** For one trial; several may be played at once. */
  async play<T>(trial: (stage: Stage) => Promise<T>): Promise<T> {
    const stage = new Stage(this);
    this.#stages.add(stage);
    try {
      return await trial(stage);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${stage.said()}`, { cause: error });
    } finally {
      await stage.close();
      this.#stages.delete(stage);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#stages].map((stage) => stage.close()));
    await this.s3.close();
  }
}
