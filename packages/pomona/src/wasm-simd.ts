interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
}

/** A module of one function that returns a vector of 128 bits: `i32.const 0, i8x16.splat`. */
const simdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0],
  ...[10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
);

/** Whether WebAssembly runs vector instructions here, which the resampler is made of. */
export function hasWasmSimd(): boolean {
  // TypeScript declares the global only together with the DOM.
  return (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly.validate(simdModule);
}
