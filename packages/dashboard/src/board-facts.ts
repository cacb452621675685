import { isOver } from "@pomona/core";
import type { PoolLink } from "./pool-link.ts";
import type { PoolFacts } from "./pool-page.ts";
import type { RateBook } from "./rate-book.ts";
import type { RunFacts } from "./run-page.ts";
import type { RunShelf } from "./run-shelf.ts";
import type { RunSummary, RunView } from "./run-view.ts";
import type { RunsFacts, RunsQuery } from "./runs-page.ts";

export interface BoardOptions {
  readonly shelf: RunShelf;
  readonly pool: PoolLink;
  readonly rates: RateBook;
}

const rowsPerPage = 20;
/** A page is sent with what is known by then; the rest comes as events. */
const budgetMs = 500;

/** What pages show, read within the time that a page may take. */
export class BoardFacts {
  readonly #shelf: RunShelf;
  readonly #pool: PoolLink;
  readonly #rates: RateBook;

  constructor({ shelf, pool, rates }: BoardOptions) {
    this.#shelf = shelf;
    this.#pool = pool;
    this.#rates = rates;
  }

  async runs(query: RunsQuery): Promise<RunsFacts> {
    const [ids, pool] = await Promise.all([this.#shelf.ids(), this.#pool.state()]);
    const matching = query.search === "" && query.state === "" ? ids : this.#matching(ids, query);
    const pages = Math.max(1, Math.ceil(matching.length / rowsPerPage));
    const page = Math.min(query.page, pages);
    const shown = matching.slice((page - 1) * rowsPerPage, page * rowsPerPage);
    // The first screen of a fresh process comes before everything else.
    const rows = await this.#shelf.rows(shown, budgetMs);
    const known = new Set(Array.from(this.#shelf.known(), ({ run }) => run));
    const isSurveying = ids.some((run) => !known.has(run));
    void this.#shelf.survey();
    const active = await this.#active();
    for (const { summary } of rows) if (summary !== undefined) this.#rates.observe(summary);
    return {
      query: { ...query, page },
      home: this.#shelf.home,
      rows,
      total: matching.length,
      pages,
      isSurveying,
      active,
      pool,
      hasPool: this.#pool.isConfigured,
      rateOf: (run) => this.#rates.now(run),
    };
  }

  async run(view: RunView): Promise<RunFacts> {
    const [summary, pool] = await Promise.all([view.summary(), this.#pool.state()]);
    this.#rates.observe(summary);
    const reading = {
      telemetry: view.telemetry(),
      success: summary.state === "done" ? view.success() : Promise.resolve(undefined),
      file: view.file(),
      request: view.request(Math.max(1, summary.log.published || summary.log.generation)),
      fingerprint: view.fingerprint(),
      history: view.history(),
    };
    const inTime = <T>(value: Promise<T>): Promise<T | undefined> => withinBudget(value);
    const [telemetry, success, file, request, fingerprint, history = []] = await Promise.all([
      inTime(reading.telemetry),
      inTime(reading.success),
      inTime(reading.file),
      inTime(reading.request),
      inTime(reading.fingerprint),
      inTime(reading.history),
    ]);
    return {
      summary,
      telemetry,
      success,
      file,
      request,
      fingerprint,
      history,
      pool,
      hasPool: this.#pool.isConfigured,
      rate: this.#rates.now(view.run),
    };
  }

  async pool(): Promise<PoolFacts> {
    return { pool: await this.#pool.state(), hasPool: this.#pool.isConfigured, home: this.#shelf.home };
  }

  /** The unfinished runs, read anew. */
  async #active(): Promise<RunSummary[]> {
    const rows = await this.#shelf.rows([...this.#shelf.active()], budgetMs);
    const summaries = rows.flatMap(({ summary }) => (summary === undefined ? [] : [summary]));
    for (const summary of summaries) this.#rates.observe(summary);
    return summaries.filter(({ state }) => !isOver(state));
  }

  #matching(ids: readonly string[], { search, state }: RunsQuery): string[] {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const known = new Map(Array.from(this.#shelf.known(), (summary) => [summary.run, summary]));
    return ids.filter((run) => {
      const summary = known.get(run);
      if (state !== "" && summary?.state !== state) return false;
      const text = [run, summary?.input, summary?.out, summary?.submittedBy].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
}

function withinBudget<T>(value: Promise<T>): Promise<T | undefined> {
  return Promise.race([
    value.catch(() => undefined),
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), budgetMs).unref()),
  ]);
}
