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
const budgetMs = 350;

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

  runs(query: RunsQuery): Promise<RunsFacts> {
    return this.#shelf.inForeground(() => this.#readRuns(query));
  }

  run(view: RunView): Promise<RunFacts> {
    return this.#shelf.inForeground(() => this.#readRun(view));
  }

  async #readRuns(query: RunsQuery): Promise<RunsFacts> {
    const [ids, pool] = await Promise.all([this.#shelf.ids(), this.#pool.state()]);
    const matching = query.search === "" && query.state === "" ? ids : this.#matching(ids, query);
    const pages = Math.max(1, Math.ceil(matching.length / rowsPerPage));
    const page = Math.min(query.page, pages);
    const shown = matching.slice((page - 1) * rowsPerPage, page * rowsPerPage);
    // The first screen of a fresh process comes before everything else.
    const [rows, active] = await Promise.all([this.#shelf.rows(shown, budgetMs), this.#active()]);
    const known = new Set(Array.from(this.#shelf.known(), ({ run }) => run));
    const isSurveying = ids.some((run) => !known.has(run));
    void this.#shelf.survey();
    const summaries = rows.flatMap(({ summary }) => (summary === undefined ? [] : [summary]));
    for (const summary of summaries) this.#rates.observe(summary);
    // Of a fresh process the rows may be the first that are known.
    const unfinished = [...active, ...summaries].filter(({ state }) => !isOver(state));
    return {
      query: { ...query, page },
      home: this.#shelf.home,
      rows,
      total: matching.length,
      pages,
      isSurveying,
      active: [...new Map(unfinished.map((summary) => [summary.run, summary])).values()],
      pool,
      hasPool: this.#pool.isConfigured,
      rateOf: (run) => this.#rates.now(run),
    };
  }

  /** All at once: what comes one after the other takes as many times as long. */
  async #readRun(view: RunView): Promise<RunFacts> {
    const inTime = budget();
    const summarised = view.summary();
    const reading = {
      telemetry: inTime(view.telemetry()),
      file: inTime(view.file()),
      fingerprint: inTime(view.fingerprint()),
      success: inTime(summarised.then(({ state }) => (state === "done" ? view.success() : undefined))),
      request: inTime(summarised.then(({ log }) => view.request(Math.max(1, log.published || log.generation)))),
      history: inTime(view.history()),
    };
    const [summary, pool] = await Promise.all([summarised, this.#pool.state()]);
    this.#rates.observe(summary);
    const [telemetry, success, file, request, fingerprint, history = []] = await Promise.all([
      reading.telemetry,
      reading.success,
      reading.file,
      reading.request,
      reading.fingerprint,
      reading.history,
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

/** Of each promise what it comes to within the time that a page has, from now on; undefined where it takes longer or fails. */
function budget(): <T>(value: Promise<T>) => Promise<T | undefined> {
  const over = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), budgetMs).unref());
  return (value) => Promise.race([value.catch(() => undefined), over]);
}
