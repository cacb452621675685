import { isIP } from "node:net";
import { Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-address.ts";

/** Longest wait between two tries to connect again: small beside the 10 s in which a pool resumes. */
const longestPauseMs = 1000;

/** A server or network that swallowed a request without an answer; the longest blocking read takes 10 s. */
const silenceMs = 30_000;

/**
 * - `once`: one try to connect and no second, to look at a server.
 * - `impatient`: requests fail at once while the connection is away, and it is restored in the background.
 * - `patient`: requests wait until the connection is back, however long that takes.
 */
export type Patience = "once" | "impatient" | "patient";

/** An unconnected client: `connect()`, or the first request, connects it. Errors of its connection are not thrown. */
export function openRedis(address: RedisAddress, patience: Patience): Redis {
  const { host, port, db, username, password, tls } = address;
  const client = new Redis({
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // An IP address is no name for a certificate to be chosen by.
    ...(tls && { tls: isIP(host) === 0 ? { servername: host } : {} }),
    lazyConnect: true,
    connectTimeout: 4000,
    ...ways[patience],
  });
  // Without a listener the client would print them. Whoever must know asks for more.
  client.on("error", () => {});
  return client;
}

const reconnecting: RedisOptions = {
  retryStrategy: (times) => Math.min(50 * 2 ** times, longestPauseMs),
  // After a failover the old primary is a replica: the name leads to the new one.
  reconnectOnError: (error) => (/^READONLY/.test(error.message) ? 2 : false),
  socketTimeout: silenceMs,
  keepAlive: 10_000,
};

const ways: Record<Patience, RedisOptions> = {
  once: { retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 4000 },
  impatient: { ...reconnecting, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  patient: { ...reconnecting, maxRetriesPerRequest: null },
};
