import type { IncomingHttpHeaders } from "node:http";
import { UsageError } from "@pomona/core";

export interface PublicPlaceOptions {
  /** As browsers see the dashboard, when a proxy stands before it. */
  readonly publicUrl: string | undefined;
  /** Address that it listens on. */
  readonly host: string;
}

/** Where browsers find the dashboard: scheme, host, and the path that a proxy may strip. */
export class PublicPlace {
  /** `""` or `/path`, without a final `/`. */
  readonly base: string;
  readonly isSecure: boolean;
  readonly #url: URL | undefined;
  /** Undefined where any host name is fine. */
  readonly #hosts: ReadonlySet<string> | undefined;

  constructor({ publicUrl, host }: PublicPlaceOptions) {
    this.#url = publicUrl === undefined ? undefined : parse(publicUrl);
    this.base = this.#url?.pathname.replace(/\/+$/, "") ?? "";
    this.isSecure = this.#url?.protocol === "https:";
    const names = [...loopbackNames, ...(this.#url === undefined ? [] : [this.#url.hostname])];
    this.#hosts = isLoopback(host) ? new Set(names) : undefined;
  }

  /** The address of a path of ours, as browsers ask for it. */
  link(path: string): string {
    return this.base + path;
  }

  /** The path of ours in a request, whether the proxy stripped the base or not. */
  strip(url: string): string {
    if (this.base === "" || !url.startsWith(this.base)) return url;
    const rest = url.slice(this.base.length);
    return rest === "" || rest.startsWith("?") ? `/${rest}` : rest.startsWith("/") ? rest : url;
  }

  /** On this machine alone, other names are those of sites that made theirs point here. */
  isOurs(host: string | undefined): boolean {
    if (this.#hosts === undefined) return true;
    const name = host?.replace(/:\d+$/, "").toLowerCase();
    return name !== undefined && this.#hosts.has(name);
  }

  /** Whether a page of ours made a request. Browsers name the origin with each POST; what is no browser need not. */
  isOwnPage({ origin, host, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
    if (site !== undefined && site !== "same-origin" && site !== "none") return false;
    if (origin === undefined) return true;
    if (this.#url !== undefined && origin === this.#url.origin) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }
}

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"] as const;

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "";
  if (isPlain && /^[\w./~-]*$/.test(url.pathname)) return url;
  throw new UsageError("bad-option", `--public-url ${text} is no http or https address of a plain path`, {
    remedy: "Give it as browsers see the dashboard, such as https://ops.example.org/pomona.",
  });
}
