import { decodeBatch, decodeShardFooter, displayKey, type ObjectStore, ordinalOf, runLayout } from "@pomona/core";
import { passes, type QuarantineFilter, type QuarantinePage, type QuarantineRow } from "./quarantine-row.ts";

/** The footer of a shard with nothing in quarantine has a kilobyte; one with fifty images fits too. */
const footerBytes = 16 * 1024;
const atOnce = 8;
/** Rows that are kept of a run. */
const maxRows = 5000;
/** Batches that are looked through: some millions of images. */
const maxBatches = 20_000;

export interface StoredQuarantineOptions {
  readonly out: ObjectStore;
  readonly run: string;
  readonly input: string;
  /** Batches that are known to have images in quarantine; undefined where nobody says which, and all have to be looked through. */
  readonly batches?: () => Promise<readonly number[] | undefined>;
}

interface StoredShard {
  readonly batch: number;
  readonly size: number;
}

/**
 * The images in quarantine of a run that has no published list yet, or never will: read from the footers of its shards, in
 * the order of the listing, each shard once, a few at a time in the background of whoever asks.
 */
export class StoredQuarantine {
  readonly #out: ObjectStore;
  readonly #run: string;
  readonly #input: string;
  readonly #batches: () => Promise<readonly number[] | undefined>;
  readonly #rows = new Map<number, readonly QuarantineRow[]>();
  readonly #seen = new Set<number>();
  #kept = 0;
  #left = 0;
  #looking: Promise<void> | undefined;

  constructor({ out, run, input, batches = async () => undefined }: StoredQuarantineOptions) {
    this.#out = out;
    this.#run = run;
    this.#input = input;
    this.#batches = batches;
  }

  /** What is known after at most `budgetMs`; looking goes on after that. */
  async page(
    filter: QuarantineFilter,
    { from, count }: { readonly from: number; readonly count: number },
    budgetMs: number,
  ): Promise<QuarantinePage> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    await Promise.race([this.#looking, new Promise((resolve) => setTimeout(resolve, budgetMs).unref())]);
    const rows = [...this.#rows]
      .sort(([a], [b]) => a - b)
      .flatMap(([, rows]) => rows)
      .filter(passes(filter));
    return { rows: rows.slice(from, from + count), hasMore: rows.length > from + count, incomplete: this.#incomplete };
  }

  /** How many of each reason among what was seen. */
  get reasons(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const rows of this.#rows.values()) {
      for (const { reason } of rows) counts[reason] = (counts[reason] ?? 0) + 1;
    }
    return counts;
  }

  get #incomplete(): string | undefined {
    if (this.#kept >= maxRows) return `only the first ${this.#kept.toLocaleString("en-US")} are shown`;
    if (this.#left === 0) return undefined;
    return `${this.#seen.size.toLocaleString("en-US")} batches looked through, ${this.#left.toLocaleString("en-US")} to go`;
  }

  async #look(): Promise<void> {
    const named = await this.#batches();
    const unseen = named === undefined ? await this.#unseen() : named.filter((batch) => !this.#seen.has(batch));
    this.#left = unseen.length;
    const left = unseen.values();
    const lookAtSome = async (): Promise<void> => {
      for (const found of left) {
        if (this.#kept >= maxRows) return;
        await this.#lookAt(typeof found === "number" ? await this.#find(found) : found);
        this.#left -= 1;
      }
    };
    await Promise.allSettled(Array.from({ length: atOnce }, lookAtSome));
  }

  async #unseen(): Promise<StoredShard[]> {
    const unseen: StoredShard[] = [];
    for await (const { key, size } of this.#out.list({ prefix: runLayout(this.#run).shards })) {
      const batch = ordinalOf(key);
      if (batch !== undefined && batch < maxBatches && !this.#seen.has(batch)) unseen.push({ batch, size });
    }
    return unseen;
  }

  async #find(batch: number): Promise<StoredShard | undefined> {
    const found = await this.#out.stat(runLayout(this.#run).shard(batch));
    return found && { batch, size: found.size };
  }

  async #lookAt(shard: StoredShard | undefined): Promise<void> {
    if (shard === undefined) return;
    const { batch, size } = shard;
    const layout = runLayout(this.#run);
    const key = layout.shard(batch);
    const end = await this.#out.get(key, { range: { start: Math.max(0, size - footerBytes), end: size } });
    const footer = decodeShardFooter(end) ?? decodeShardFooter(await this.#out.get(key));
    this.#seen.add(batch);
    if (footer === undefined || footer.quarantined.length === 0) return;
    const { images } = decodeBatch(await this.#out.get(layout.batch(batch)), layout.batch(batch));
    const rows = footer.quarantined.flatMap(({ index, stage, reason, detail }) => {
      const image = images[index];
      if (image === undefined) return [];
      return [{ path: this.#input + displayKey(image.key), label: image.label, stage, reason, detail }];
    });
    this.#rows.set(batch, rows);
    this.#kept += rows.length;
  }
}
