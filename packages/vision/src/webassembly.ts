/** A linear memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Grows by so many pages of 64 KiB; `buffer` is another one afterwards. */
  grow(pages: number): number;
}

/** A compiled module, of which instances are made. */
export type WasmModule = object;

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule) => { readonly exports: object };
}

// TypeScript declares the global only together with the DOM.
const api = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

export function compileWasm(bytes: Uint8Array): WasmModule {
  return new api.Module(bytes);
}

/** The exports of a new instance of a module that imports nothing; `Exports` is the caller's word for what they are. */
export function instantiateWasm<Exports extends object>(module: WasmModule): Exports {
  return new api.Instance(module).exports as Exports;
}
