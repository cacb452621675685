import type { Engine } from "@pomona/vision";
import { type AheadImage, DecodeAhead, type DecodeAheadOptions, type DecodedImage } from "./decode-ahead.ts";
import type { RowsMessage } from "./inference-messages.ts";

export interface FeatureLoopOptions
  extends Pick<DecodeAheadOptions<AheadImage>, "poolThreads" | "onUnread" | "onRefused"> {
  readonly engine: Engine;
  readonly inferBatch: number;
  readonly onRows: (rows: Omit<RowsMessage, "kind">) => void;
}

/** Files being decoded at once: enough to last for the time that the engine blocks the thread. */
const maxDecoding = 16;

/**
 * Read, decode, resample, infer, with the decoding ahead of the rest: the engine and the resampler block the thread, while the
 * next files are decoded on libuv's. The engine is called when a full batch is ready, or when nothing else is coming.
 */
export class FeatureLoop {
  readonly #engine: Engine;
  readonly #inferBatch: number;
  readonly #onRows: FeatureLoopOptions["onRows"];
  readonly #ahead: DecodeAhead;
  /** Bytes of one image. */
  readonly #pixelLength: number;
  /** One call's pixels; read by the engine before it answers, so it is used again. */
  #pixels = new Uint8Array();
  #prepared: DecodedImage[] = [];
  #inferring = false;

  constructor({ engine, inferBatch, poolThreads, onRows, onUnread, onRefused }: FeatureLoopOptions) {
    this.#engine = engine;
    this.#pixelLength = engine.inputSize ** 2 * 3;
    this.#inferBatch = inferBatch;
    this.#onRows = onRows;
    this.#ahead = new DecodeAhead({
      poolThreads,
      lookAhead: Math.min(maxDecoding, Math.max(4, inferBatch)),
      // Pixels that wait for a slow engine count too: they are bounded as the files are.
      mayDecode: () => this.#prepared.length < 2 * inferBatch,
      onDecoded: (decoded) => this.#prepared.push(decoded),
      onUnread,
      onRefused,
      // Decoding is started before the engine blocks the thread.
      onAdvanced: () => this.#inferNext(),
    });
  }

  accept(image: AheadImage): void {
    this.#ahead.accept(image);
  }

  #inferNext(): void {
    if (this.#inferring || this.#prepared.length === 0) return;
    if (this.#prepared.length < this.#inferBatch && this.#ahead.isBusy) return;
    void this.#infer(this.#prepared.splice(0, this.#inferBatch));
  }

  async #infer(images: readonly DecodedImage[]): Promise<void> {
    this.#inferring = true;
    if (this.#pixels.length === 0) this.#pixels = new Uint8Array(this.#inferBatch * this.#pixelLength);
    const pixels = this.#pixels.subarray(0, images.length * this.#pixelLength);
    for (const [i, image] of images.entries()) pixels.set(image.pixels, i * this.#pixelLength);
    const start = performance.now();
    const rows = await this.#engine.inferBatch(pixels, images.length);
    this.#ahead.wasBlocked();
    this.#onRows({
      ids: images.map(({ id }) => id),
      rows,
      getMs: images.map(({ getMs }) => getMs),
      decodeMs: images.map(({ decodeMs }) => decodeMs),
      resampleMs: images.map(({ resampleMs }) => resampleMs),
      inferMs: performance.now() - start,
    });
    this.#inferring = false;
    this.#ahead.advance();
  }
}
