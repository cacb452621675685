/** What a role says of itself to the pool, to its probes and to its log. */
export class Standing {
  engine: string | undefined;
  /** Called when there is another trouble, or one less. */
  onNews = (): void => {};
  readonly #troubles = new Map<string, string>();

  /** Why it does less than it should, by what it concerns; one trouble at a time for each. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  /** True where this is news. */
  suffers(from: string, trouble: string): boolean {
    const isNews = this.#troubles.get(from) !== trouble;
    this.#troubles.set(from, trouble);
    if (isNews) this.onNews();
    return isNews;
  }

  /** True where there was such a trouble. */
  recovers(from: string): boolean {
    const isNews = this.#troubles.delete(from);
    if (isNews) this.onNews();
    return isNews;
  }
}
