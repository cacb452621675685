import { BadImageError, type PreparedImage, type Preparer } from "@pomona/vision";
import { FetchAhead } from "./fetch-ahead.ts";
import type { ImageSource } from "./inference-messages.ts";
import { type FileCall, readLocalFile } from "./local-file.ts";
import { ThreadPoolClock } from "./thread-pool-clock.ts";

export interface AheadImage {
  readonly id: number;
  readonly source: ImageSource;
  readonly preparer: Preparer;
}

export interface DecodedImage extends PreparedImage {
  readonly id: number;
  /** Milliseconds to read the source; undefined where the bytes were given. */
  readonly getMs: number | undefined;
}

export interface DecodeAheadOptions<T extends AheadImage> {
  /** Files being decoded at once, at most. */
  readonly lookAhead: number;
  /** Threads of libuv's pool. */
  readonly poolThreads: number;
  /** Asked before each image; when that changes, `advance` is to be called. */
  readonly mayDecode?: () => boolean;
  readonly onDecoded: (decoded: DecodedImage, image: T) => void;
  /** The file of the image could not be read. */
  readonly onUnread: (id: number) => void;
  readonly onRefused: (id: number, error: BadImageError) => void;
  /** An image is through, or new ones have come. */
  readonly onAdvanced?: () => void;
}

interface ReadBytes {
  /** Undefined where they could not be read. */
  readonly bytes: Uint8Array | undefined;
  readonly getMs: number | undefined;
}

/** Their bytes; decoded they take some forty times as much. At least one file is always decoded. */
const maxDecodingBytes = 8 * 1024 * 1024;

/**
 * Reads, decodes and resamples several files at once, first come, first served. Reading, and what decoding libvips does,
 * is on libuv's threads.
 */
export class DecodeAhead<T extends AheadImage = AheadImage> {
  readonly #options: DecodeAheadOptions<T>;
  readonly #clock: ThreadPoolClock;
  readonly #fetches = new FetchAhead();
  #waiting: T[] = [];
  #decoding = 0;
  #decodingBytes = 0;

  constructor(options: DecodeAheadOptions<T>) {
    this.#options = options;
    this.#clock = new ThreadPoolClock({ threads: options.poolThreads });
  }

  /** Whether pixels are still to come. */
  get isBusy(): boolean {
    return this.#decoding > 0 || this.#waiting.length > 0;
  }

  accept(image: T): void {
    this.#fetches.start(image.id, image.source);
    this.#waiting.push(image);
    this.advance();
  }

  /** The caller kept this thread from hearing of anything, until now. */
  wasBlocked(): void {
    this.#clock.wasBlocked();
    this.#fetches.wasBlocked();
  }

  advance(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#mayDecode(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      void this.#decode(next);
    }
    this.#options.onAdvanced?.();
  }

  #mayDecode({ source }: T): boolean {
    const { mayDecode = () => true, lookAhead } = this.#options;
    if (!mayDecode()) return false;
    if (this.#decoding === 0) return true;
    return this.#decoding < lookAhead && this.#decodingBytes + sizeOf(source) <= maxDecodingBytes;
  }

  async #decode(image: T): Promise<void> {
    const { id, source, preparer } = image;
    const { onDecoded, onUnread, onRefused } = this.#options;
    this.#decoding += 1;
    this.#decodingBytes += sizeOf(source);
    try {
      const { bytes, getMs } = await this.#read(id, source);
      if (bytes === undefined) onUnread(id);
      else onDecoded({ id, getMs, ...(await this.#prepare(bytes, preparer)) }, image);
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
      onRefused(id, error);
    }
    this.#decoding -= 1;
    this.#decodingBytes -= sizeOf(source);
    this.advance();
  }

  async #read(id: number, source: ImageSource): Promise<ReadBytes> {
    if (source instanceof Uint8Array) return { bytes: source, getMs: undefined };
    if ("request" in source) return (await this.#fetches.take(id)) ?? { bytes: undefined, getMs: 0 };
    let getMs = 0;
    const onCall: FileCall = async (call) => {
      const work = this.#clock.begin("file");
      try {
        return await call();
      } finally {
        getMs += this.#clock.end(work);
      }
    };
    return { bytes: await readLocalFile(source, { onCall }), getMs };
  }

  async #prepare(bytes: Uint8Array, preparer: Preparer): Promise<PreparedImage> {
    const atOnce = preparer.prepareAtOnce(bytes);
    if (atOnce !== undefined) {
      this.wasBlocked();
      return atOnce;
    }
    const work = this.#clock.begin("decode");
    const prepared = await preparer.prepareByVips(bytes).catch((error: unknown) => {
      this.#clock.end(work);
      throw error;
    });
    const decodeMs = this.#clock.end(work, work.submittedAt + prepared.decodeMs);
    // By the resampler.
    this.wasBlocked();
    return { ...prepared, decodeMs };
  }
}

function sizeOf(source: ImageSource): number {
  return source instanceof Uint8Array ? source.length : source.size;
}
