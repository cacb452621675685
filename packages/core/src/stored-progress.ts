import { type Batch, batchCapacity, decodeBatch } from "./batch.ts";
import { groupBatches } from "./groups.ts";
import { ordinalOf, runLayout } from "./layout.ts";
import type { LogState } from "./log-entry.ts";
import type { ObjectStore } from "./object-store.ts";
import type { RunProgress } from "./progress.ts";
import { decodeRunFile } from "./run-file.ts";
import { newestTelemetry } from "./telemetry-file.ts";

/**
 * How far a run is, counted in the store: for when Redis is away, or nobody drives the run. Looks at names, and reads
 * the newest batch.
 */
export class StoredProgress {
  readonly #out: ObjectStore;
  readonly #run: string;
  #batchSize: number | undefined;
  #newest: Batch | undefined;

  constructor(out: ObjectStore, run: string) {
    this.#out = out;
    this.#run = run;
  }

  async count(state: Pick<LogState, "generation" | "status">): Promise<RunProgress> {
    const sizes = await this.#sizes();
    const listed = sizes.reduce((sum, size) => sum + size, 0);
    const isListed = this.#newest?.end === true;
    const { shards } = runLayout(this.#run);
    let stored = 0;
    let done = 0;
    for await (const { key } of this.#out.list({ prefix: shards })) {
      const size = sizes[ordinalOf(key) ?? -1];
      if (size === undefined) continue;
      stored += 1;
      done += size;
    }
    const common = {
      listed,
      quarantined: await this.#quarantined(),
      pendingBatches: sizes.length - stored,
      resumed: 0,
    };
    if (!isListed) return { ...common, phase: listed === 0 ? "listing" : "featurizing", done, total: undefined };
    if (stored < sizes.length) return { ...common, phase: "featurizing", done, total: listed };
    return { ...common, ...(await this.#reduction(state, sizes)) };
  }

  async #reduction(
    { generation, status }: Pick<LogState, "generation" | "status">,
    sizes: readonly number[],
  ): Promise<Pick<RunProgress, "phase" | "done" | "total">> {
    if (status === "publishing") return { phase: "publishing", done: 0, total: undefined };
    const { root, model } = runLayout(this.#run).generation(generation);
    if ((await this.#out.stat(model)) !== undefined) {
      return { phase: "projecting", done: await this.#countKeys(`${root}parts/`, ".json"), total: undefined };
    }
    const done = await this.#countKeys(`${root}moments/`, ".bin");
    const total = groupBatches([...sizes]).length;
    return done < total ? { phase: "moments", done, total } : { phase: "fitting", done: 0, total: 1 };
  }

  /** Images of each batch. Only the last one's is not known from its ordinal alone. */
  async #sizes(): Promise<number[]> {
    const layout = runLayout(this.#run);
    this.#batchSize ??= decodeRunFile(await this.#out.get(layout.config), layout.config).features.batchSize;
    let last = this.#newest?.ordinal;
    const after = last === undefined ? undefined : layout.batch(last);
    for await (const { key } of this.#out.list({ prefix: layout.batches, ...(after && { after }) })) {
      last = ordinalOf(key) ?? last;
    }
    if (last === undefined) return [];
    if (last !== this.#newest?.ordinal) {
      this.#newest = decodeBatch(await this.#out.get(layout.batch(last)), layout.batch(last));
    }
    const { listedBefore = 0, images = [], end = false } = this.#newest ?? {};
    const batchSize = this.#batchSize;
    const sizes = Array.from({ length: last }, (_, ordinal) => batchCapacity(ordinal, batchSize));
    // The last batch before the closing one is as small as it came out.
    const surplus = sizes.reduce((sum, size) => sum + size, 0) - listedBefore;
    if (sizes.length > 0) sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) - surplus;
    return end ? sizes : [...sizes, images.length];
  }

  /** As of the newest telemetry: exact only when the run has ended. */
  async #quarantined(): Promise<number> {
    return (await newestTelemetry(this.#out, this.#run))?.quarantined ?? 0;
  }

  async #countKeys(prefix: string, suffix: string): Promise<number> {
    let count = 0;
    for await (const { key } of this.#out.list({ prefix })) if (key.endsWith(suffix)) count += 1;
    return count;
  }
}
