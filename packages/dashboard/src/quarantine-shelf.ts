import { publishedQuarantine, readPublishedQuarantine } from "./published-quarantine.ts";
import { passes, type QuarantineFilter, type QuarantinePage, type QuarantineRow } from "./quarantine-row.ts";
import type { RunView } from "./run-view.ts";
import { StoredQuarantine } from "./stored-quarantine.ts";

export interface RunQuarantine extends QuarantinePage {
  /** How many there are of each reason, most frequent first. */
  readonly reasons: readonly (readonly [reason: string, count: number])[];
  /** True where the list of the result is shown: it is complete, and its images can be retried. */
  readonly isPublished: boolean;
}

/** Runs whose shards are being looked through. */
const maxKept = 16;

/** The quarantine of any run: the published list of a finished one, else what its shards say. */
export class QuarantineShelf {
  readonly #stored = new Map<string, StoredQuarantine>();

  async page(
    view: RunView,
    filter: QuarantineFilter,
    range: { readonly from: number; readonly count: number },
    budgetMs: number,
  ): Promise<RunQuarantine> {
    const { state } = await view.summary();
    const success = state === "done" ? await view.success() : undefined;
    if (success !== undefined) {
      const page = await readPublishedQuarantine(await view.out(), filter, range);
      return { ...page, reasons: mostFrequentFirst(success.quarantinedByReason), isPublished: true };
    }
    const stored = await this.#storedOf(view);
    if (stored === undefined) {
      return { rows: [], hasMore: false, incomplete: undefined, reasons: [], isPublished: false };
    }
    const page = await stored.page(filter, range, budgetMs);
    return { ...page, reasons: mostFrequentFirst(stored.reasons), isPublished: false };
  }

  /** All rows that pass, for a download. */
  async *rows(view: RunView, filter: QuarantineFilter): AsyncGenerator<QuarantineRow> {
    const { state } = await view.summary();
    if (state === "done") {
      const isWanted = passes(filter);
      for await (const row of publishedQuarantine(await view.out())) if (isWanted(row)) yield row;
      return;
    }
    const stored = await this.#storedOf(view);
    const everything = { from: 0, count: Number.POSITIVE_INFINITY };
    // As far as shards can be looked through in the time that a download may take to begin.
    if (stored !== undefined) yield* (await stored.page(filter, everything, 20_000)).rows;
  }

  async #storedOf(view: RunView): Promise<StoredQuarantine | undefined> {
    const kept = this.#stored.get(view.run);
    if (kept !== undefined) return kept;
    const file = await view.file();
    if (file === undefined) return undefined;
    const stored = new StoredQuarantine({
      out: await view.out(),
      run: view.run,
      input: file.input,
      batches: async () => (await view.telemetry())?.quarantinedBatches,
    });
    this.#stored.set(view.run, stored);
    const [oldest = ""] = this.#stored.keys();
    if (this.#stored.size > maxKept) this.#stored.delete(oldest);
    return stored;
  }
}

function mostFrequentFirst(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}
