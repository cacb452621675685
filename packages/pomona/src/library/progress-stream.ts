/**
 * The newest state of something that goes on, for `for await`: each turn gives a state that was not given before, and
 * states that came while nobody asked are skipped. Ends when that something ends, and throws what it failed with.
 */
export class ProgressStream<T> implements AsyncIterable<T> {
  #newest: { readonly state: T } | undefined;
  #version = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};
  #news = new Promise<void>((resolve) => {
    this.#wake = resolve;
  });

  push(state: T): void {
    this.#newest = { state };
    this.#version += 1;
    this.#tell();
  }

  /** Nothing comes after this. */
  end(failure?: { readonly error: unknown }): void {
    this.#ended = true;
    this.#failure = failure;
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    let seen = 0;
    for (;;) {
      const news = this.#news;
      if (this.#newest !== undefined && this.#version > seen) {
        seen = this.#version;
        yield this.#newest.state;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return;
      await news;
    }
  }

  #tell(): void {
    const wake = this.#wake;
    this.#news = new Promise((resolve) => {
      this.#wake = resolve;
    });
    wake();
  }
}
