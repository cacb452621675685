import { type Kernel, kernelLoader, ScratchMemory } from "@pomona/wasm";
import type { Reduction } from "./reduction.ts";

/** Exports of assembly/update-and-multiply.ts. Addresses in bytes. */
interface ReductionKernel extends Kernel {
  updateAndMultiply(a: number, d: number, size: number, u: number, w: number, v: number, product: number): void;
}

// The same relative path from src (tests) and from dist.
const instantiate = kernelLoader<ReductionKernel>(new URL("../dist/update-and-multiply.wasm", import.meta.url));

/** On 128-bit vectors, with an instance and thus a memory of its own: 13 MB at d = 1280. Sums are the same on every machine. */
export function openSimdReduction(matrix: Float64Array, d: number): Reduction {
  const kernel = instantiate();
  const scratch = new ScratchMemory(kernel);
  const [a, u, w, v, product] = [d * d, d, d, d, d].map((length) => scratch.reserve(length * 8));
  const view = (at: number, length = d): Float64Array => new Float64Array(scratch.buffer, at, length);
  const rows = view(a, d * d);
  rows.set(matrix);
  return {
    a: rows,
    u: view(u),
    w: view(w),
    v: view(v),
    product: view(product),
    updateAndMultiply: (size) => kernel.updateAndMultiply(a, d, size, u, w, v, product),
  };
}
