import type { Kernel } from "./load-kernel.ts";

const PAGE_BYTES = 1 << 16;
/** Below it lies what the compiler may place. */
const FIRST_FREE = 1 << 12;
/** Vectors reach past the end of what they read and write. */
const SLACK = 64;
/** Bytes of a vector. */
const ALIGNMENT = 16;

/** The memory of a kernel, given out piece by piece and taken back all at once. It grows to the largest need seen. */
export class ScratchMemory {
  readonly #memory: Kernel["memory"];
  #end = FIRST_FREE;

  constructor({ memory }: Kernel) {
    this.#memory = memory;
  }

  /** Anew after each {@link reserve}, which may move it. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Address of `bytes` bytes with anything in them, aligned for vectors, with 64 more behind them that may be touched. */
  reserve(bytes: number): number {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes + SLACK) / ALIGNMENT) * ALIGNMENT;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return start;
  }

  /** What was reserved is free again. */
  clear(): void {
    this.#end = FIRST_FREE;
  }
}
