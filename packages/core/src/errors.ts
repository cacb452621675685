/** How a command ends: the process's exit code by what went wrong. */
export const exitCodes = { done: 0, failed: 1, usage: 2, books: 3, interrupted: 130 } as const;

export interface PomonaErrorOptions extends ErrorOptions {
  /** What the reader can do about it, as a sentence or a command. */
  readonly remedy?: string;
}

/** An error that ends a run or a command, in words for the person who started it. */
export class PomonaError extends Error {
  override readonly name: string = "PomonaError";
  /** Stable, for scripts: `output-in-use`, `weights-not-found`, … */
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(code: string, message: string, options: PomonaErrorOptions & { readonly exitCode?: number } = {}) {
    const { remedy, exitCode = exitCodes.failed, cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** The request itself is wrong: options, names, a configuration that contradicts the run. Nothing was changed. */
export class UsageError extends PomonaError {
  override readonly name = "UsageError";
  constructor(code: string, message: string, options: PomonaErrorOptions = {}) {
    super(code, message, { ...options, exitCode: exitCodes.usage });
  }
}

/** Too many images went into quarantine, or an image is unaccounted for. The run can be resumed. */
export class BooksError extends PomonaError {
  override readonly name = "BooksError";
  constructor(code: string, message: string, options: PomonaErrorOptions = {}) {
    super(code, message, { ...options, exitCode: exitCodes.books });
  }
}
