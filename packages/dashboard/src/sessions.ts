import { createHash, randomBytes } from "node:crypto";
import type { User } from "./users.ts";

export interface Session {
  readonly name: string;
  readonly role: User["role"];
  /** To be sent with every action. */
  readonly csrf: string;
  /** Aborted when it ends: streams that it opened end with it. */
  readonly signal: AbortSignal;
}

interface Kept extends Session {
  readonly end: () => void;
  readonly expiresAt: number;
  lastSeen: number;
}

/** A working day, and a long lunch. */
const longestMs = 12 * 3600_000;
const idleMs = 2 * 3600_000;
const maxSessions = 1000;

/**
 * Who is logged in, in memory: a restart logs everybody out, and so does nothing else that could be forged. Ids are kept as
 * hashes, so a dump of the process lets nobody in.
 */
export class Sessions {
  readonly #now: () => number;
  readonly #sessions = new Map<string, Kept>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Returns the id of a new session, which only the browser keeps. */
  begin({ name, role }: Pick<User, "name" | "role">): string {
    this.#removeExpired();
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= maxSessions && oldest !== undefined) this.#end(oldest);
    const id = randomBytes(32).toString("base64url");
    const controller = new AbortController();
    const now = this.#now();
    this.#sessions.set(hash(id), {
      name,
      role,
      csrf: randomBytes(24).toString("base64url"),
      signal: controller.signal,
      end: () => controller.abort(),
      expiresAt: now + longestMs,
      lastSeen: now,
    });
    return id;
  }

  find(id: string | undefined): Session | undefined {
    if (id === undefined) return undefined;
    const key = hash(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (this.#isExpired(session)) {
      this.#end(key);
      return undefined;
    }
    session.lastSeen = this.#now();
    return session;
  }

  end(id: string | undefined): void {
    if (id !== undefined) this.#end(hash(id));
  }

  #end(key: string): void {
    this.#sessions.get(key)?.end();
    this.#sessions.delete(key);
  }

  #isExpired({ expiresAt, lastSeen }: Kept): boolean {
    const now = this.#now();
    return now >= expiresAt || now - lastSeen >= idleMs;
  }

  #removeExpired(): void {
    for (const [key, session] of this.#sessions) if (this.#isExpired(session)) this.#end(key);
  }
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
