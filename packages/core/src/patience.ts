import { PomonaError } from "./errors.ts";

/** Operations whose failures are counted apart: storage may be readable and not writable. */
export type Operation = "get" | "put" | "list" | "stat" | "delete";

/** An operation and where it is done: the input may be denied while the output is not. */
export type Weather = Operation | `input ${Operation}`;

/**
 * How long bad weather may last. The clock of an operation starts at a failure and stops at anybody's next success; a
 * run whose clock passes `giveUpAfterMs` fails, and nothing is quarantined for it.
 */
export class Patience {
  readonly #giveUpAfterMs: number;
  readonly #now: () => number;
  readonly #onSuccess: (weather: Weather) => void;
  readonly #place: "input" | undefined;
  readonly #failingSince = new Map<Operation, number>();

  constructor(options: {
    readonly giveUpAfterMs: number;
    readonly now?: () => number;
    /** Told of every success, for processes that share their weather. */
    readonly onSuccess?: ((weather: Weather) => void) | undefined;
    /** Where all its operations are done, in the words of {@link Weather}. */
    readonly place?: "input";
  }) {
    const { giveUpAfterMs, now = () => performance.now(), onSuccess = () => {}, place } = options;
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#now = now;
    this.#onSuccess = onSuccess;
    this.#place = place;
  }

  succeeded(operation: Operation): void {
    this.#failingSince.delete(operation);
    this.#onSuccess(this.#weather(operation));
  }

  /** Milliseconds to wait before trying again. Throws {@link PomonaError} `storage-unavailable` when patience is spent. */
  failed(operation: Operation, attempt: number, error: unknown): number {
    const now = this.#now();
    const since = this.#failingSince.get(operation) ?? now;
    this.#failingSince.set(operation, since);
    const leftMs = this.#giveUpAfterMs - (now - since);
    if (leftMs <= 0) throw this.#spent(operation, now - since, error);
    return Math.min(leftMs, 5_000, 50 * 2 ** attempt);
  }

  #weather(operation: Operation): Weather {
    return this.#place === undefined ? operation : `${this.#place} ${operation}`;
  }

  #spent(operation: Operation, failedForMs: number, cause: unknown): PatienceSpentError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${why} (no ${operation} succeeded for ${Math.round(failedForMs / 1000)} s)`;
    return new PatienceSpentError(message, {
      weather: this.#weather(operation),
      giveUpAfterMs: this.#giveUpAfterMs,
      cause,
    });
  }
}

/** Patience is spent: a process of a pool asks whether others fare better before it blames the storage. */
export class PatienceSpentError extends PomonaError {
  override readonly name = "PatienceSpentError";
  readonly weather: Weather;
  readonly giveUpAfterMs: number;

  constructor(
    message: string,
    { weather, giveUpAfterMs, cause }: ErrorOptions & Pick<PatienceSpentError, "weather" | "giveUpAfterMs">,
  ) {
    super("storage-unavailable", message, {
      cause,
      remedy:
        "Mend the storage or its permissions and run the same command again; --give-up-after sets how long to wait.",
    });
    this.weather = weather;
    this.giveUpAfterMs = giveUpAfterMs;
  }
}
