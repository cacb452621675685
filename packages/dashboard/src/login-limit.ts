interface Failures {
  count: number;
  /** Milliseconds since 1970 before which no password is looked at. */
  blockedUntil: number;
  lastAt: number;
}

/** Failures that cost nothing: people mistype. */
const free = 5;
/** Of one address; after that it waits a quarter of an hour for each further try. */
const longestForAddressMs = 15 * 60_000;
/** Of one name, from whatever addresses: short, or anybody could lock anybody out. */
const longestForNameMs = 30_000;
const forgottenAfterMs = 3600_000;
const maxKept = 10_000;

/**
 * Slows down who guesses passwords: after five failures each further one doubles the time until the next try, by address
 * and by name.
 */
export class LoginLimit {
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Milliseconds until a try is allowed; 0 where it is now. */
  waitMs(address: string, name: string): number {
    const waits = keysOf(address, name).map(({ key }) => (this.#failures.get(key)?.blockedUntil ?? 0) - this.#now());
    return Math.max(0, ...waits);
  }

  failed(address: string, name: string): void {
    const now = this.#now();
    for (const { key, longestMs } of keysOf(address, name)) {
      const before = this.#failures.get(key);
      const isOld = before === undefined || now - before.lastAt > forgottenAfterMs;
      const count = isOld ? 1 : before.count + 1;
      const pause = count < free ? 0 : Math.min(longestMs, 1000 * 2 ** (count - free));
      this.#failures.delete(key);
      this.#failures.set(key, { count, blockedUntil: now + pause, lastAt: now });
    }
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > maxKept && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(address: string, name: string): void {
    for (const { key } of keysOf(address, name)) this.#failures.delete(key);
  }
}

function keysOf(address: string, name: string) {
  return [
    { key: `address ${networkOf(address)}`, longestMs: longestForAddressMs },
    { key: `name ${name.slice(0, 64)}`, longestMs: longestForNameMs },
  ];
}

/** One household has 2^64 addresses of IPv6. */
function networkOf(address: string): string {
  return address.includes(":") && !address.includes(".") ? address.split(":").slice(0, 4).join(":") : address;
}
