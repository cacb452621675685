import { describeError } from "../describe-error.ts";
import type { Log } from "../log.ts";

/** The same trouble is not told again within this time. */
const silenceMs = 60_000;

/** Logs what goes wrong in round after round a few times only. */
export class TroubleLog {
  readonly #log: Log;
  readonly #toldAt = new Map<string, number>();
  #homeAwayAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether the home, or Redis, failed lately. */
  get isHomeAway(): boolean {
    return performance.now() - this.#homeAwayAt < 5_000;
  }

  /** `run` is undefined where the home or Redis is concerned. */
  tell(error: unknown, run: string | undefined): void {
    const now = performance.now();
    if (run === undefined) this.#homeAwayAt = now;
    const { message, remedy } = describeError(error);
    const key = `${run} ${message}`;
    if (now - (this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < silenceMs) return;
    for (const [text, at] of this.#toldAt) if (now - at >= silenceMs) this.#toldAt.delete(text);
    this.#toldAt.set(key, now);
    this.#log.warn({ run, remedy }, message);
  }
}
