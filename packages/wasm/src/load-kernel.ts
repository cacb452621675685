import { readFileSync } from "node:fs";

/** A linear memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Grows by so many pages of 64 KiB; `buffer` is another one afterwards. */
  grow(pages: number): number;
}

/** What every kernel exports. */
export interface Kernel {
  readonly memory: WasmMemory;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

// TypeScript declares the global only together with the DOM.
const api = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

/**
 * Makes a function that instantiates the module of a file which imports nothing; each instance has a memory of its own.
 * The file is read and compiled at the first call. `Exports` is the caller's word for what the module exports.
 */
export function kernelLoader<Exports extends Kernel>(file: URL): () => Exports {
  let compiled: object | undefined;
  return () => {
    compiled ??= new api.Module(readFileSync(file));
    return new api.Instance(compiled).exports as Exports;
  };
}
