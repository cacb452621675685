import { PomonaError } from "@pomona/core";
import type { Redis } from "ioredis";
import { parseRedisAddress, type RedisAddress } from "./redis-address.ts";
import { openRedis } from "./redis-connection.ts";
import { toRedisError } from "./redis-error.ts";
import { readInfo } from "./redis-info.ts";

/** What is worth a line in the log, although the server can be used. */
export interface RedisCheck {
  readonly version: string;
  readonly notices: readonly string[];
}

const oldestVersion = [6, 2] as const;
const deadlineMs = 5000;

/**
 * Looks whether a server can hold our queues, in at most 5 s.
 *
 * Throws a {@link PomonaError} that names the remedy: `redis-unreachable`, `redis-auth`, `redis-tls`, `redis-eviction`,
 * `redis-version`, `redis-cluster`, `redis-read-only`, `redis-full`, `redis-denied`.
 */
export async function checkRedis(url: string, { prefix = "{pomona}" } = {}): Promise<RedisCheck> {
  const address = parseRedisAddress(url);
  const client = openRedis(address, "once");
  // The client's own words for a failed connection, "Connection is closed", do not say why.
  let why: unknown;
  client.on("error", (error) => {
    why ??= error;
  });
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await Promise.race([look(client, address, prefix), expiry(deadline)]);
  } catch (error) {
    throw toRedisError(error instanceof PomonaError ? error : (why ?? error), address);
  } finally {
    client.disconnect();
  }
}

async function look(client: Redis, { name }: RedisAddress, prefix: string): Promise<RedisCheck> {
  await client.connect();
  const info = readInfo(await client.info());
  // Valkey says 7.2 in redis_version for compatibility, and means the same commands.
  const version = info.get("redis_version") ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])) {
    throw new PomonaError("redis-version", `Redis at ${name} is of version ${version}`, {
      remedy: `Use ${oldestVersion.join(".")} or newer.`,
    });
  }
  const policy = info.get("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw new PomonaError(
      "redis-eviction",
      `Redis at ${name} deletes keys when it is full (${policy}), which would lose jobs`,
      { remedy: "CONFIG SET maxmemory-policy noeviction, or set it in the parameter group of a managed Redis." },
    );
  }
  // A replica, a full server and a node without our slot refuse writes only.
  await client.set(`${prefix}:probe`, "", "PX", 1000);
  return { version, notices: noticesOf(info, name) };
}

function noticesOf(info: ReadonlyMap<string, string>, name: string): string[] {
  if (info.get("aof_enabled") !== "0") return [];
  return [
    `Redis at ${name} keeps no append-only file: after a crash of Redis, batches in hand are done again. CONFIG SET appendonly yes prevents that.`,
  ];
}

function expiry(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no answer in ${deadlineMs / 1000} s, timed out`)));
  });
}
