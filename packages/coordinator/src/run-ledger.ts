import {
  addStageTimes,
  type Batch,
  type JobResult,
  type Phase,
  type ProvisionalVariance,
  type RunProgress,
  type StageTimes,
} from "@pomona/core";

/**
 * What the coordinator knows of a run while it drives it: counts only, a few bytes a batch. It can be lost at any
 * moment; the store says the same.
 */
export class RunLedger {
  readonly #onProgress: (progress: RunProgress) => void;
  /** Images in each batch, the closing one left out. */
  readonly imagesPerBatch: number[] = [];
  /** Batches whose shard is in the store. */
  readonly #stored: Set<number>;
  /** Of the listed batches. */
  #storedListed = 0;
  #listed = 0;
  #listingClosed = false;
  #featurized = 0;
  /** Of each batch that this call featurized: those of resumed batches are known when the moments are. */
  readonly #quarantinedOf = new Map<number, number>();
  #quarantined = 0;
  #resumed = 0;
  #decoded = 0;
  #stages: StageTimes = {};
  #phase: Phase = "listing";
  #done = 0;
  #total: number | undefined;
  readonly #provisional: ProvisionalVariance[] = [];

  constructor(options: { readonly stored: Set<number>; readonly onProgress: (progress: RunProgress) => void }) {
    this.#stored = options.stored;
    this.#onProgress = options.onProgress;
  }

  get listed(): number {
    return this.#listed;
  }

  get listingClosed(): boolean {
    return this.#listingClosed;
  }

  get quarantined(): number {
    return this.#quarantined;
  }

  /** Batches that this call featurized and that have images in quarantine, in the order in which they came. */
  get quarantinedBatches(): number[] {
    return Array.from(this.#quarantinedOf, ([batch, quarantined]) => (quarantined > 0 ? batch : -1)).filter(
      (n) => n >= 0,
    );
  }

  get resumed(): number {
    return this.#resumed;
  }

  get decoded(): number {
    return this.#decoded;
  }

  get stages(): StageTimes {
    return this.#stages;
  }

  /** What the first groups say of the components. */
  get provisional(): readonly ProvisionalVariance[] {
    return this.#provisional;
  }

  previewed(variance: ProvisionalVariance): void {
    this.#provisional.push(variance);
  }

  hasShard(batch: number): boolean {
    return this.#stored.has(batch);
  }

  batchListed(batch: Batch): void {
    if (batch.end) {
      this.#listingClosed = true;
    } else {
      this.imagesPerBatch.push(batch.images.length);
      this.#listed += batch.images.length;
      if (this.#stored.has(batch.ordinal)) {
        this.#storedListed += 1;
        this.#resumed += batch.images.length;
        this.#featurized += batch.images.length;
      }
    }
    this.#tell();
  }

  batchDone(batch: number, result: JobResult): void {
    this.#stored.add(batch);
    this.#storedListed += 1;
    this.#featurized += this.imagesPerBatch[batch] ?? 0;
    this.#quarantinedOf.set(batch, result.quarantined);
    this.#quarantined += result.quarantined;
    this.#decoded += result.decoded;
    if (result.stages !== undefined) this.#stages = addStageTimes(this.#stages, result.stages);
    this.#tell();
  }

  /** Quarantined images of a batch were tried again. */
  retried({ decoded, stages = {} }: JobResult): void {
    this.#decoded += decoded;
    this.#stages = addStageTimes(this.#stages, stages);
    this.step();
  }

  /** Shards that were removed on purpose are there again. */
  shardsRestored(stored: ReadonlySet<number>): void {
    for (const batch of stored) {
      if (this.#stored.has(batch)) continue;
      this.#stored.add(batch);
      const images = this.imagesPerBatch[batch];
      if (images === undefined) continue;
      this.#storedListed += 1;
      this.#featurized += images;
    }
  }

  /** Some shards turned out to be gone or damaged: only these are left, the others are to be made again. */
  keepShards(left: ReadonlySet<number>): void {
    for (const batch of this.#stored) {
      if (left.has(batch)) continue;
      this.#stored.delete(batch);
      this.#storedListed -= 1;
      this.#quarantinedOf.delete(batch);
      this.#featurized -= this.imagesPerBatch[batch] ?? 0;
    }
    this.#quarantined = 0;
    for (const quarantined of this.#quarantinedOf.values()) this.#quarantined += quarantined;
  }

  /** The moments read every shard: from here on the count of quarantined images is exact, resumed ones included. */
  countQuarantined(quarantined: number): void {
    this.#quarantined = quarantined;
    this.#tell();
  }

  enter(phase: Phase, total?: number): void {
    this.#phase = phase;
    this.#done = 0;
    this.#total = total;
    this.#tell();
  }

  step(): void {
    this.#done += 1;
    this.#tell();
  }

  #tell(): void {
    const overImages = this.#phase === "listing" || this.#phase === "featurizing";
    this.#onProgress({
      phase: this.#phase,
      done: overImages ? this.#featurized : this.#done,
      total: overImages ? (this.#listingClosed ? this.#listed : undefined) : this.#total,
      listed: this.#listed,
      quarantined: this.#quarantined,
      pendingBatches: this.imagesPerBatch.length - this.#storedListed,
      resumed: this.#resumed,
    });
  }
}
