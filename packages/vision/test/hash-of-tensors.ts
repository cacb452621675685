import { createHash } from "node:crypto";
import type { Weights } from "../src/weights.ts";

/** Names, order and bits of all tensors in one line. */
export function hashOfTensors({ tensors }: Pick<Weights, "tensors">): string {
  const hash = createHash("sha256");
  for (const [name, { kernel, bias }] of tensors) {
    hash.update(name).update(kernel).update(bias);
  }
  return hash.digest("hex");
}
