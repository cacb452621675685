import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { S3Server } from "../support/versitygw.ts";
import { differenceFrom } from "./compare-result.ts";
import { Pool, type PoolOptions } from "./pool.ts";
import type { Theatre } from "./theatre.ts";

/** Where one trial is played: ends whatever the trial starts. */
export class Stage {
  readonly theatre: Theatre;
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #pools: Pool[] = [];

  constructor(theatre: Theatre) {
    this.theatre = theatre;
  }

  get s3(): S3Server {
    return this.theatre.s3;
  }

  get scratch(): string {
    return this.theatre.scratch;
  }

  /** A place for one more output: its address and the folder where the server keeps it. */
  output(): { readonly out: string; readonly folder: string } {
    const name = `out-${this.theatre.name()}`;
    return { out: `s3://results/${name}`, folder: join(this.s3.folder, "results", name) };
  }

  /** A pool of its own Redis and home. */
  async startPool(options: PoolOptions = {}): Promise<Pool> {
    const name = this.theatre.name();
    const scratch = join(this.scratch, `pool-${name}`);
    await mkdir(scratch);
    const pool = await Pool.open({ s3: this.s3, scratch, home: `s3://home/${name}` }, options, (close) =>
      this.onEnd(close),
    );
    this.#pools.push(pool);
    return pool;
  }

  /** Called at the end, the last first. */
  onEnd(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** What differs from the undisturbed run; undefined where nothing does. */
  difference(folder: string): Promise<string | undefined> {
    return differenceFrom(this.theatre.reference, folder);
  }

  /** The last words of all pools. */
  said(): string {
    return this.#pools.map((pool) => pool.said()).join("\n");
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close().catch(() => {});
  }
}
