import { type ObjectStore, PomonaError } from "@pomona/core";
import { BoardFacts } from "./board-facts.ts";
import type { DashboardOptions } from "./dashboard-options.ts";
import type { Operations } from "./operations.ts";
import { PoolLink } from "./pool-link.ts";
import { QuarantineShelf } from "./quarantine-shelf.ts";
import { RateBook } from "./rate-book.ts";
import { RunShelf } from "./run-shelf.ts";
import { Thumbnails } from "./thumbnails.ts";

/** Everything about the runs of one home. */
export interface HomeBoard {
  readonly shelf: RunShelf;
  readonly facts: BoardFacts;
  readonly operations: Operations;
}

type BoardOptions = Pick<DashboardOptions, "redis" | "home" | "openStore" | "operations" | "onNotice">;

/** Stores that are kept open; they hold no connection by themselves. */
const maxStores = 500;

/** What the routes work with: the pool, and the home once it is known, which without `--home` is when Redis says it. */
export class Board {
  readonly pool: PoolLink;
  readonly quarantine = new QuarantineShelf();
  readonly thumbnails: Thumbnails;
  readonly #options: BoardOptions;
  readonly #stores = new Map<string, Promise<ObjectStore>>();
  #home: HomeBoard | undefined;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.pool = new PoolLink({
      url: options.redis,
      activeRuns: () => this.#home?.shelf.active() ?? [],
      onNotice: options.onNotice,
    });
    this.thumbnails = new Thumbnails((uri) => this.#open(uri, "input"));
  }

  /** Undefined before it is known. */
  get openedHome(): HomeBoard | undefined {
    return this.#home;
  }

  /** Throws {@link PomonaError} `home-unknown` while nobody says where runs are registered. */
  async home(): Promise<HomeBoard> {
    const { home = await this.pool.home(), openStore, operations } = this.#options;
    if (this.#home !== undefined && (home === undefined || this.#options.home !== undefined)) return this.#home;
    if (home === undefined) {
      throw new PomonaError("home-unknown", "nobody says where runs are registered", {
        remedy: "Start a coordinator, or give --home to the dashboard.",
      });
    }
    if (this.#home?.shelf.home === home) return this.#home;
    const store = await openStore(home, "home");
    if (this.#home?.shelf.home === store.uri) return this.#home;
    const shelf = new RunShelf({
      home: store,
      openOutput: (uri) => this.#open(uri, "output"),
      told: (run) => this.pool.latest.progress.get(run),
    });
    const facts = new BoardFacts({ shelf, pool: this.pool, rates: new RateBook() });
    this.#home = { shelf, facts, operations: operations(store, () => this.pool.queue?.registry) };
    return this.#home;
  }

  async close(): Promise<void> {
    this.thumbnails.close();
    await this.pool.close();
  }

  #open(uri: string, what: "input" | "output"): Promise<ObjectStore> {
    const known = this.#stores.get(uri);
    if (known !== undefined) return known;
    const opening = this.#options.openStore(uri, what);
    this.#stores.set(uri, opening);
    opening.catch(() => this.#stores.delete(uri));
    const [oldest = ""] = this.#stores.keys();
    if (this.#stores.size > maxStores) this.#stores.delete(oldest);
    return opening;
  }
}
