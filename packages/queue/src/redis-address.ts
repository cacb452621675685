import { UsageError } from "@pomona/core";

/** Where a Redis server is, and who we are there. `name` is for people: it holds no password. */
export interface RedisAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
}

const example = "Give an address like redis://host:6379, or rediss://user:password@host:6379/0 for TLS.";

/** Reads `redis://` and `rediss://` (TLS) addresses. Throws a {@link UsageError} that does not repeat the address. */
export function parseRedisAddress(address: string): RedisAddress {
  const url = parseUrl(address);
  const db = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (!["redis:", "rediss:"].includes(url.protocol) || url.hostname === "" || db === undefined) throw wrongAddress();
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? 6379 : Number(url.port);
  return {
    name: `${url.protocol}//${url.hostname}:${port}`,
    host,
    port,
    db: Number(db),
    ...(url.username !== "" && { username: decode(url.username) }),
    ...(url.password !== "" && { password: decode(url.password) }),
    tls: url.protocol === "rediss:",
  };
}

function parseUrl(address: string): URL {
  try {
    return new URL(address);
  } catch {
    // Neither the address nor the parser's error is passed on: both would show a password.
    throw wrongAddress();
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError("redis-address", "the user or password in the address of Redis is not percent-encoded", {
      remedy: "Write % as %25, @ as %40, : as %3A and / as %2F.",
    });
  }
}

function wrongAddress(): UsageError {
  return new UsageError("redis-address", "the address of Redis is not one that we understand", { remedy: example });
}
