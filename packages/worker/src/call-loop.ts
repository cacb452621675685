import type { Engine } from "@pomona/vision";
import type { CalledMessage, CallMessage } from "./inference-messages.ts";
import { readShared } from "./shared-file.ts";

export interface CallLoopOptions {
  readonly engine: Engine;
  /** Of the file with the pixels. */
  readonly descriptor: number;
  readonly onCalled: (called: Omit<CalledMessage, "kind">) => void;
}

/** Calls the engine with pixels that other processes have put into slots of a shared file, one call after the other. */
export class CallLoop {
  readonly #options: CallLoopOptions;
  /** Bytes of one image. */
  readonly #pixelLength: number;
  /** One call's pixels; read by the engine before it answers, so it is used again. */
  #pixels = new Uint8Array();
  #last: Promise<void> = Promise.resolve();

  constructor(options: CallLoopOptions) {
    this.#options = options;
    this.#pixelLength = options.engine.inputSize ** 2 * 3;
  }

  accept(call: CallMessage): void {
    this.#last = this.#last.then(() => this.#infer(call));
  }

  async #infer({ ids, slots }: CallMessage): Promise<void> {
    const { engine, descriptor, onCalled } = this.#options;
    const length = this.#pixelLength;
    if (this.#pixels.length < ids.length * length) this.#pixels = new Uint8Array(ids.length * length);
    const pixels = this.#pixels.subarray(0, ids.length * length);
    for (const [i, slot] of slots.entries()) {
      readShared(descriptor, pixels.subarray(i * length, (i + 1) * length), slot * length);
    }
    const start = performance.now();
    const rows = await engine.inferBatch(pixels, ids.length);
    onCalled({ ids, rows, inferMs: performance.now() - start });
  }
}
