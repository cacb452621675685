import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { UsageError } from "@pomona/core";
import type { Role } from "./users.ts";

export interface ProxyIdentityOptions {
  /** Header that holds the name of who is logged in at the proxy. */
  readonly userHeader: string;
  /** Header that holds their groups, separated by commas. */
  readonly groupsHeader: string | undefined;
  /** Members of it are operators. Undefined: nobody is. */
  readonly operatorGroup: string | undefined;
  /** Addresses and networks of the proxy: nobody else's headers are believed. */
  readonly trustedProxies: readonly string[];
}

/** Who an OIDC proxy says is there. Believed only when the connection comes from the proxy itself. */
export class ProxyIdentity {
  readonly #options: ProxyIdentityOptions;
  readonly #proxies: BlockList;

  /** Throws {@link UsageError} without a proxy to trust: anybody could send the header. */
  constructor(options: ProxyIdentityOptions) {
    this.#options = options;
    if (options.trustedProxies.length === 0) {
      throw new UsageError("bad-option", "--auth-header needs --trusted-proxies: anybody could send that header", {
        remedy: "Give the addresses or networks of the proxy, as 10.0.0.0/8.",
      });
    }
    this.#proxies = networks(options.trustedProxies);
  }

  find(peer: string | undefined, headers: IncomingHttpHeaders): { name: string; role: Role } | undefined {
    if (peer === undefined || !isIn(this.#proxies, peer)) return undefined;
    const { userHeader, groupsHeader, operatorGroup } = this.#options;
    const name = single(headers[userHeader.toLowerCase()]);
    if (name === undefined || name === "") return undefined;
    const groups = (groupsHeader && single(headers[groupsHeader.toLowerCase()]))?.split(",") ?? [];
    const isOperator = operatorGroup !== undefined && groups.some((group) => group.trim() === operatorGroup);
    return { name: name.slice(0, 128), role: isOperator ? "operator" : "viewer" };
  }
}

/** A header that came twice is nobody's word. */
function single(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value.trim() : undefined;
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = "", prefix] = text.split("/", 2);
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix);
    try {
      list.addSubnet(address, bits, family);
    } catch {
      throw new UsageError("bad-option", `--trusted-proxies: ${text} is no address or network`, {
        remedy: "Write 10.0.0.7, 10.0.0.0/8 or fd00::/8.",
      });
    }
  }
  return list;
}

function isIn(list: BlockList, peer: string): boolean {
  const address = peer.replace(/^::ffff:(?=\d+\.)/, "");
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
