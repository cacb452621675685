import type { CrossProduct } from "./cross-product.ts";
import { packedLength } from "./packed-triangle.ts";

/** The cross product in plain loops: the oracle of the fast one, and what runs where onnxruntime does not. */
export function createTypescriptCrossProduct(): CrossProduct {
  let product = new Float64Array(0);
  return async function crossProduct(block, n, d) {
    if (product.length !== packedLength(d)) product = new Float64Array(packedLength(d));
    product.fill(0);
    for (let row = 0; row < n; row++) {
      let at = 0;
      for (let i = row * d, end = i + d; i < end; i++) {
        const x = block[i];
        for (let j = i; j < end; j++, at++) product[at] += x * block[j];
      }
    }
    return product;
  };
}
