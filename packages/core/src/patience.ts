import { PomonaError } from "./errors.ts";

/** Operations whose failures are counted apart: storage may be readable and not writable. */
export type Operation = "get" | "put" | "list" | "stat" | "delete";

/**
 * How long bad weather may last. The clock of an operation starts at a failure and stops at anybody's next success; a
 * run whose clock passes `giveUpAfterMs` fails, and nothing is quarantined for it.
 */
export class Patience {
  readonly #giveUpAfterMs: number;
  readonly #now: () => number;
  readonly #onSuccess: (operation: Operation) => void;
  readonly #failingSince = new Map<Operation, number>();

  constructor(options: {
    readonly giveUpAfterMs: number;
    readonly now?: () => number;
    /** Told of every success, for processes that share their weather. */
    readonly onSuccess?: ((operation: Operation) => void) | undefined;
  }) {
    const { giveUpAfterMs, now = () => performance.now(), onSuccess = () => {} } = options;
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#now = now;
    this.#onSuccess = onSuccess;
  }

  succeeded(operation: Operation): void {
    this.#failingSince.delete(operation);
    this.#onSuccess(operation);
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

  #spent(operation: Operation, failedForMs: number, cause: unknown): PatienceSpentError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${why} (no ${operation} succeeded for ${Math.round(failedForMs / 1000)} s)`;
    return new PatienceSpentError(message, { operation, giveUpAfterMs: this.#giveUpAfterMs, cause });
  }
}

/** Patience is spent: a process of a pool asks whether others fare better before it blames the storage. */
export class PatienceSpentError extends PomonaError {
  override readonly name = "PatienceSpentError";
  readonly operation: Operation;
  readonly giveUpAfterMs: number;

  constructor(
    message: string,
    { operation, giveUpAfterMs, cause }: ErrorOptions & Pick<PatienceSpentError, "operation" | "giveUpAfterMs">,
  ) {
    super("storage-unavailable", message, {
      cause,
      remedy:
        "Mend the storage or its permissions and run the same command again; --give-up-after sets how long to wait.",
    });
    this.operation = operation;
    this.giveUpAfterMs = giveUpAfterMs;
  }
}
