export { type Kernel, kernelLoader, type WasmMemory } from "./load-kernel.ts";
export { ScratchMemory } from "./scratch-memory.ts";
