import { displayKey } from "@pomona/core";
import type { SkipReason } from "@pomona/store";

const meanings: Readonly<Record<SkipReason, string>> = {
  outside: "links that lead out of the input",
  dangling: "links that lead nowhere",
  loop: "links that lead back to where they lie",
  special: "pipes, sockets or devices",
};

/** Entries of a folder that are no files of it: left out, and said. */
export class SkippedEntries {
  readonly #examples = new Map<SkipReason, Set<string>>();

  readonly add = (key: string, why: SkipReason): void => {
    const keys = this.#examples.get(why) ?? new Set();
    // A set, because a listing may pass twice; bounded, because a folder may be full of them.
    if (keys.size < 100) keys.add(key);
    this.#examples.set(why, keys);
  };

  tell(onNotice: (message: string) => void): void {
    for (const [why, keys] of this.#examples) {
      const [first = ""] = keys;
      const count = keys.size < 100 ? String(keys.size) : "100 or more";
      onNotice(`Left out: ${count} ${meanings[why]}, such as ${displayKey(first)}.`);
    }
  }
}
