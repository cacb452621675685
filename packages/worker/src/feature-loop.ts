import { BadImageError, type Engine, type PreparedImage, type Preparer } from "@pomona/vision";
import type { ImageSource, RowsMessage } from "./inference-messages.ts";
import { type FileCall, type LocalFile, readLocalFile } from "./local-file.ts";
import { ThreadPoolClock } from "./thread-pool-clock.ts";

export interface LoopImage {
  readonly id: number;
  readonly source: ImageSource;
  readonly prepare: Preparer;
}

export interface FeatureLoopOptions {
  readonly engine: Engine;
  readonly inferBatch: number;
  /** Threads of libuv's pool. */
  readonly poolThreads: number;
  readonly onRows: (rows: Omit<RowsMessage, "kind">) => void;
  /** The file of the image could not be read. */
  readonly onUnread: (id: number) => void;
  readonly onRefused: (id: number, error: BadImageError) => void;
}

interface Prepared extends PreparedImage {
  readonly id: number;
  readonly getMs: number | undefined;
}

/** Files being decoded at once: enough to last for the time that the engine blocks the thread. */
const maxDecoding = 16;
/** Their bytes; decoded they take some forty times as much. At least one file is always decoded. */
const maxDecodingBytes = 8 * 1024 * 1024;

/**
 * Read, decode, resample, infer, with the decoding ahead of the rest: the engine and the resampler block the thread, while the
 * next files are decoded on libuv's. The engine is called when a full batch is ready, or when nothing else is coming.
 */
export class FeatureLoop {
  readonly #engine: Engine;
  readonly #inferBatch: number;
  readonly #onRows: FeatureLoopOptions["onRows"];
  readonly #onUnread: FeatureLoopOptions["onUnread"];
  readonly #onRefused: FeatureLoopOptions["onRefused"];
  readonly #clock: ThreadPoolClock;
  readonly #lookAhead: number;
  /** Bytes of one image. */
  readonly #pixelLength: number;
  /** One call's pixels; read by the engine before it answers, so it is used again. */
  readonly #pixels: Uint8Array;
  #waiting: LoopImage[] = [];
  #decoding = 0;
  #decodingBytes = 0;
  #prepared: Prepared[] = [];
  #inferring = false;

  constructor({ engine, inferBatch, poolThreads, onRows, onUnread, onRefused }: FeatureLoopOptions) {
    this.#engine = engine;
    this.#pixelLength = engine.inputSize ** 2 * 3;
    this.#inferBatch = inferBatch;
    this.#onRows = onRows;
    this.#onUnread = onUnread;
    this.#onRefused = onRefused;
    this.#clock = new ThreadPoolClock({ threads: poolThreads });
    this.#lookAhead = Math.min(maxDecoding, Math.max(4, inferBatch));
    this.#pixels = new Uint8Array(inferBatch * this.#pixelLength);
  }

  accept(image: LoopImage): void {
    this.#waiting.push(image);
    this.#advance();
  }

  #advance(): void {
    // Decoding is started before the engine blocks the thread.
    for (let next = this.#waiting[0]; next !== undefined && this.#mayDecode(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      void this.#decode(next);
    }
    if (this.#inferring || this.#prepared.length === 0) return;
    const moreToCome = this.#decoding > 0 || this.#waiting.length > 0;
    if (this.#prepared.length < this.#inferBatch && moreToCome) return;
    void this.#infer(this.#prepared.splice(0, this.#inferBatch));
  }

  #mayDecode({ source }: LoopImage): boolean {
    // Pixels that wait for a slow engine count too: they are bounded as the files are.
    if (this.#prepared.length >= 2 * this.#inferBatch) return false;
    if (this.#decoding === 0) return true;
    return this.#decoding < this.#lookAhead && this.#decodingBytes + sizeOf(source) <= maxDecodingBytes;
  }

  async #decode({ id, source, prepare }: LoopImage): Promise<void> {
    this.#decoding += 1;
    this.#decodingBytes += sizeOf(source);
    try {
      const { bytes, getMs } = source instanceof Uint8Array ? { bytes: source } : await this.#read(source);
      if (bytes === undefined) this.#onUnread(id);
      else this.#prepared.push({ id, getMs, ...(await this.#prepare(bytes, prepare)) });
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
      this.#onRefused(id, error);
    }
    this.#decoding -= 1;
    this.#decodingBytes -= sizeOf(source);
    this.#advance();
  }

  async #read(file: LocalFile): Promise<{ bytes: Uint8Array | undefined; getMs: number }> {
    let getMs = 0;
    const onCall: FileCall = async (call) => {
      const work = this.#clock.begin("file");
      try {
        return await call();
      } finally {
        getMs += this.#clock.end(work);
      }
    };
    return { bytes: await readLocalFile(file, { onCall }), getMs };
  }

  async #prepare(bytes: Uint8Array, prepare: Preparer): Promise<PreparedImage> {
    const work = this.#clock.begin("decode");
    const prepared = await prepare(bytes).catch((error: unknown) => {
      this.#clock.end(work);
      throw error;
    });
    const decodeMs = this.#clock.end(work, work.submittedAt + prepared.decodeMs);
    // By the resampler.
    this.#clock.wasBlocked();
    return { ...prepared, decodeMs };
  }

  async #infer(images: readonly Prepared[]): Promise<void> {
    this.#inferring = true;
    const pixels = this.#pixels.subarray(0, images.length * this.#pixelLength);
    for (const [i, image] of images.entries()) pixels.set(image.pixels, i * this.#pixelLength);
    const start = performance.now();
    const rows = await this.#engine.inferBatch(pixels, images.length);
    this.#clock.wasBlocked();
    this.#onRows({
      ids: images.map(({ id }) => id),
      rows,
      getMs: images.map(({ getMs }) => getMs),
      decodeMs: images.map(({ decodeMs }) => decodeMs),
      resampleMs: images.map(({ resampleMs }) => resampleMs),
      inferMs: performance.now() - start,
    });
    this.#inferring = false;
    this.#advance();
  }
}

function sizeOf(source: ImageSource): number {
  return source instanceof Uint8Array ? source.length : source.size;
}
