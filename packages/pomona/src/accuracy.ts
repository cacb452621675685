import { type ClassifierName, classifierNames } from "@pomona/model";
import type { ClassifiedImage } from "./classify.ts";

/** How often each classifier named the label that an image has by its path. */
export class Accuracy {
  readonly #correct = new Map<ClassifierName, number>();
  #images = 0;

  /** Images without a verdict or without a label do not count. */
  add({ truth, verdicts, error }: Pick<ClassifiedImage, "truth" | "verdicts" | "error">): void {
    if (truth === undefined || error !== undefined) return;
    this.#images += 1;
    for (const name of classifierNames) {
      const verdict = verdicts[name];
      if (verdict === undefined) continue;
      this.#correct.set(name, (this.#correct.get(name) ?? 0) + Number(verdict.label === truth));
    }
  }

  /** A line for each classifier, the one that was used marked. */
  lines(used: ClassifierName): string[] {
    return classifierNames.flatMap((name) => {
      const correct = this.#correct.get(name);
      if (correct === undefined) return [];
      const share = (correct / this.#images).toFixed(4);
      return [`accuracy of ${name}: ${share} (${correct} of ${this.#images})${name === used ? ", the one used" : ""}`];
    });
  }
}
