import { type ObjectStore, runLayout } from "@pomona/core";

const nothing = new Uint8Array();

type Mark = 1 | 2 | "crashed";

/**
 * Finds the image that kills whole workers. Images are tried one at a time and in order, each marked before (1, then 2);
 * so the last image with a mark is the one that was in hand when its worker died, and all before it are harmless. One
 * that has both and would be next is `crashed`, and never tried again.
 */
export class Marks {
  readonly #out: ObjectStore;
  readonly #key: (index: number, mark: Mark) => string;
  /** Index of the last image that was ever tried. */
  readonly #lastTried: number;
  readonly #crashed: ReadonlySet<number>;

  private constructor(
    out: ObjectStore,
    key: (index: number, mark: Mark) => string,
    { lastTried, crashed }: { readonly lastTried: number; readonly crashed: ReadonlySet<number> },
  ) {
    this.#out = out;
    this.#key = key;
    this.#lastTried = lastTried;
    this.#crashed = crashed;
  }

  /** Reads the marks that earlier attempts at the batch, or at its images that generation `retry` tries again, left. */
  static async read(out: ObjectStore, run: string, batch: number, retry?: number): Promise<Marks> {
    const layout = runLayout(run);
    const crashed = new Set<number>();
    let lastTried = -1;
    for await (const { key } of out.list({ prefix: layout.suspects(batch, retry) })) {
      const [, index, mark] = /\/(\d+)\.(\w+)$/.exec(key) ?? [];
      if (index === undefined) continue;
      lastTried = Math.max(lastTried, Number(index));
      if (mark === "crashed") crashed.add(Number(index));
    }
    return new Marks(out, (index, mark) => layout.suspect(batch, index, mark, retry), { lastTried, crashed });
  }

  /** Marks the image at `index`; false where two workers died with it in hand. */
  async mayTry(index: number): Promise<boolean> {
    if (this.#crashed.has(index)) return false;
    if (index < this.#lastTried) return true;
    for (const trial of [1, 2] as const) {
      if ((await this.#put(index, trial)) === "created") return true;
    }
    await this.#put(index, "crashed");
    return false;
  }

  /** All `count` images were tried: whoever dies now, the last one is not to blame. */
  async allTried(count: number): Promise<void> {
    await this.#put(count, 1);
  }

  #put(index: number, mark: Mark): Promise<"created" | "exists"> {
    return this.#out.putIfAbsent(this.#key(index, mark), nothing);
  }
}
