type Priced = "GET" | "PUT" | "LIST";

interface Seen {
  readonly method: string;
  readonly url: string;
}

/** What a request is about, by the names of a run's files; the first that fits. */
const kinds: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["list of the input", /^\/photos\/?\?.*list-type/],
  ["list of the output", /list-type/],
  ["image", /^\/photos\//],
  ["batch", /\/batches\//],
  ["shard", /\/shards\//],
  ["moments", /\/moments\//],
  ["part", /\/parts\/|\/parquet\/|\/csv\//],
  ["log", /\/_run\/log\//],
  ["telemetry", /\/telemetry\//],
];

/** Counts requests to S3 as its price list does: reading, writing, listing. */
export class S3Requests {
  readonly #counts = new Map<string, number>();

  see({ method, url }: Seen): void {
    const [kind = "other"] = kinds.find(([, pattern]) => pattern.test(url)) ?? [];
    const name = `${pricedAs(method, url)} ${kind}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([, a], [, b]) => b - a));
  }
}

function pricedAs(method: string, url: string): Priced {
  if (method === "GET" && url.includes("list-type=")) return "LIST";
  return method === "GET" || method === "HEAD" ? "GET" : "PUT";
}
