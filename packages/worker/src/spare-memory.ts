/** Blocks are powers of two from here on. */
const smallestBlock = 16 * 1024;

/**
 * Memory for the bytes of files, used again and again. Fresh memory for each file makes the garbage collector mark the
 * whole heap every hundred files or so, on cores that the inference processes need.
 */
export class SpareMemory {
  readonly #maxBytes: number;
  readonly #blocks = new WeakSet<ArrayBufferLike>();
  /** Free blocks by their size. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** @param maxBytes to keep; what is given back beyond it is left to the garbage collector */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** `length` bytes, with anything in them. */
  readonly take = (length: number): Uint8Array => {
    const size = blockSize(length);
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) this.#freeBytes -= size;
    const block = free ?? new ArrayBuffer(size);
    this.#blocks.add(block);
    return new Uint8Array(block, 0, length);
  };

  /** Takes back what nobody reads any more, once; bytes of another origin are passed over. */
  giveBack({ buffer }: Uint8Array): void {
    // A block that lies here already is none that is lent.
    if (!this.#blocks.delete(buffer) || this.#freeBytes + buffer.byteLength > this.#maxBytes) return;
    const size = buffer.byteLength;
    const free = this.#free.get(size) ?? [];
    free.push(buffer as ArrayBuffer);
    this.#free.set(size, free);
    this.#freeBytes += size;
  }
}

function blockSize(length: number): number {
  return Math.max(smallestBlock, 2 ** Math.ceil(Math.log2(Math.max(1, length))));
}
