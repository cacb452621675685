import { PomonaError, QueueAwayError } from "@pomona/core";
import type { RedisAddress } from "./redis-address.ts";

interface Trouble {
  readonly pattern: RegExp;
  readonly code: string;
  readonly says: string;
  readonly remedy: string;
  /** It may pass without anybody changing our settings. */
  readonly passes?: true;
}

/** What Redis, TLS and sockets say, in the order of asking. */
const troubles: readonly Trouble[] = [
  {
    pattern: /WRONGPASS|NOAUTH|invalid password|invalid username-password|without any password configured/i,
    code: "redis-auth",
    says: "refused the user or password",
    remedy: "Give the password in the address, redis://:password@host:6379, or in POMONA_REDIS.",
  },
  {
    pattern: /NOPERM/,
    code: "redis-denied",
    says: "does not let this user do what the queue needs",
    remedy: "Give the user +@all -@dangerous +info and the keys ~{pomona}*.",
  },
  {
    pattern:
      /wrong version number|packet length too long|EPROTO|SSL routines|ssl3|self[- ]signed|certificate|altnames/i,
    code: "redis-tls",
    says: "could not be reached by TLS",
    remedy:
      "Use redis:// if the server has no TLS; give the file of a private certificate authority in NODE_EXTRA_CA_CERTS.",
  },
  {
    pattern: /\bOOM\b/,
    code: "redis-full",
    says: "has no memory left",
    remedy: "Raise maxmemory; the run goes on where it was.",
    passes: true,
  },
  {
    pattern: /MOVED|CROSSSLOT|CLUSTERDOWN/,
    code: "redis-cluster",
    says: "is a cluster and keeps our keys on another node",
    remedy: "Use a server with cluster mode off, or give the address of the node that holds the slot of {pomona}.",
  },
  {
    pattern: /READONLY/,
    code: "redis-read-only",
    says: "is a replica and takes no writes",
    remedy: "Give the address of the primary.",
    passes: true,
  },
  {
    pattern: /MISCONF/,
    code: "redis-disk",
    says: "takes no writes because it cannot save to its disk",
    remedy: "Free space on the disk of Redis, or see its log.",
    passes: true,
  },
];

/** A server that expects TLS waits in silence for its beginning, and the other way round. */
function remedyOfSilence(name: string): string {
  const other = name.startsWith("rediss:")
    ? "without TLS is addressed by redis"
    : "that wants TLS is addressed by rediss";
  return `Is Redis running there, and the port open? A server ${other}://.`;
}

/** Words of connections that come back by themselves, as opposed to requests that are refused each time. */
const outage =
  /Stream isn't writeable|Connection is closed|max retries per request|ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|timed out|timeout|LOADING|MASTERDOWN|READONLY|UNBLOCKED|Lost connection/i;

export function isOutage(error: unknown): boolean {
  return outage.test(describe(error));
}

/**
 * In words for people. The cause is left out on purpose: errors of the client hold the command, and AUTH is a command.
 */
export function toRedisError(error: unknown, { name }: Pick<RedisAddress, "name">): PomonaError {
  if (error instanceof PomonaError) return error;
  const text = describe(error);
  const trouble = troubles.find(({ pattern }) => pattern.test(text));
  if (trouble !== undefined) {
    const ErrorClass = trouble.passes ? QueueAwayError : PomonaError;
    return new ErrorClass(trouble.code, `Redis at ${name} ${trouble.says}`, trouble);
  }
  if (isOutage(error)) {
    const message = `Redis at ${name} does not answer: ${text}`;
    return new QueueAwayError("redis-unreachable", message, { remedy: remedyOfSilence(name) });
  }
  return new PomonaError("redis-refused", `Redis at ${name} refused a request: ${text}`);
}

/** Code and first line of the message. Both are free of arguments: those are in other fields of the error. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const [line = ""] = error.message.split("\n");
  return line.includes(code) ? line : `${code} ${line}`;
}
