import { type Check, judge } from "./validation.ts";

/** The first faults of a kind with their place, and how many there were. */
export class FaultList {
  readonly #first: string[] = [];
  #count = 0;

  add(describe: () => string): void {
    this.#count += 1;
    if (this.#first.length < 3) this.#first.push(describe());
  }

  judge(name: string, detail: string): Check {
    return judge(name, this.#first, detail, this.#count);
  }
}
