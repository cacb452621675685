/** A value that is read anew when it is older than `freshMs`, once however many ask at the same time. */
export class SingleFlight<T> {
  readonly #read: () => Promise<T>;
  #value: { readonly value: T; readonly at: number } | undefined;
  #reading: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** What was read last, however old. */
  get last(): T | undefined {
    return this.#value?.value;
  }

  get(freshMs: number): Promise<T> {
    if (this.#value !== undefined && Date.now() - this.#value.at < freshMs) return Promise.resolve(this.#value.value);
    this.#reading ??= this.#read()
      .then((value) => {
        this.#value = { value, at: Date.now() };
        return value;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  /** The next one who asks gets what is there then. */
  forget(): void {
    this.#value = undefined;
  }
}
