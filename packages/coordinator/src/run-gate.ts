/** Whether a run may hand out jobs: closed while it is paused. */
export class RunGate {
  #open = true;
  readonly #listeners = new Set<() => void>();

  get isOpen(): boolean {
    return this.#open;
  }

  /** Listeners are called only when it changes. */
  set(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
