import { PomonaError } from "@pomona/core";
import type { DeviceRequest, EngineName, Gpu, NetworkSource } from "@pomona/vision";
import { DecodersAndEngine } from "./decoders-and-engine.ts";
import { decodersFor } from "./decoders-for.ts";
import { DecodingEngines } from "./decoding-engines.ts";
import type { EngineTime } from "./engine-time.ts";
import type { ImageSource, InferenceInfo, Preparation, ReadableSource } from "./inference-messages.ts";
import type { ImageOutcome, PoolImage } from "./pool-image.ts";
import type { LayoutOptions, PoolLayout } from "./pool-layout.ts";

export interface InferencePoolOptions {
  readonly engine: EngineName | "auto";
  /** Default `auto`. */
  readonly device?: DeviceRequest | undefined;
  /** Processes start while a promise of it is pending. */
  readonly network: NetworkSource | Promise<NetworkSource>;
  /** Processes. */
  readonly workers: number;
  /** Processes that decode for one that infers; 0: each does both. Default: on a GPU as many as `workers`, else 0. */
  readonly decoders?: number | undefined;
  /** Images per call of the engine; default: 4 on a CPU, measured on a GPU. */
  readonly inferBatch?: number | undefined;
  /** Threads of one call, default 1. */
  readonly threads?: number | undefined;
  /** How long a process that holds images may be silent before it is killed, default 60,000. */
  readonly silenceMs?: number | undefined;
  /** How long the engine may take to load, default 120,000. */
  readonly startMs?: number | undefined;
  /** Environment of the processes, see {@link inferenceEnvironment}; default: this process's own. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Told after each call of an engine. */
  readonly onInferred?: ((time: EngineTime) => void) | undefined;
  /** Entries of processes, for tests. */
  readonly childFile?: URL;
  readonly decoderFile?: URL;
  /** The GPUs of this machine, for tests. */
  readonly gpus?: () => readonly Gpu[];
}

/** Turns the bytes of a file into features, or says why it cannot. */
export interface Featurizer {
  featurize(bytes: Uint8Array, preparation: Preparation, signal?: AbortSignal): Promise<ImageOutcome>;
  /** Undefined where the source can't be read, or is no longer what was listed. */
  featurizeInPlace(
    source: ReadableSource,
    preparation: Preparation,
    signal?: AbortSignal,
  ): Promise<ImageOutcome | undefined>;
}

/**
 * Processes that turn images into features, in one of two layouts: each decodes and infers, or many decode and one
 * infers. Images are served first come, first served; those that end a process are found out and refused, see
 * {@link ProcessGroup}.
 */
export class InferencePool implements Featurizer {
  /** Of the first process that has loaded its engine. Rejects with {@link PomonaError} where none can. */
  readonly ready: Promise<InferenceInfo>;
  readonly #options: InferencePoolOptions;
  readonly #queue: PoolImage[] = [];
  #layout: PoolLayout | undefined;
  /** Of layouts that were given up. */
  readonly #ended: Promise<void>[] = [];
  #lastId = 0;
  #failure: unknown;
  #settleReady!: { resolve: (info: InferenceInfo) => void; reject: (error: unknown) => void };

  /** Starts the processes at once. */
  constructor(options: InferencePoolOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever asks is told; that nobody may have asked yet is no fault.
    this.ready.catch(() => {});
    const network = Promise.resolve(options.network);
    network.catch((error: unknown) => this.#fail(error));
    this.#open(network, decodersFor(options, options.gpus));
  }

  /** Of the processes that live now. */
  get processIds(): readonly number[] {
    return this.#layout?.processIds ?? [];
  }

  /** Why the pool serves no longer; undefined while it does. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * The bytes are kept until the answer. An image whose `signal` is aborted before a process takes it is skipped, and
   * the promise rejects with the signal's reason. Rejects with {@link PomonaError} where no process can load its engine.
   */
  featurize(bytes: Uint8Array, preparation: Preparation, signal?: AbortSignal): Promise<ImageOutcome> {
    return this.#enqueue(bytes, preparation, signal) as Promise<ImageOutcome>;
  }

  /** As {@link featurize}, of bytes that the process reads itself. Undefined where it could not read what was listed. */
  featurizeInPlace(
    source: ReadableSource,
    preparation: Preparation,
    signal?: AbortSignal,
  ): Promise<ImageOutcome | undefined> {
    return this.#enqueue(source, preparation, signal);
  }

  #enqueue(
    source: ImageSource,
    preparation: Preparation,
    signal: AbortSignal | undefined,
  ): Promise<ImageOutcome | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#lastId += 1;
      this.#queue.push({ id: this.#lastId, source, preparation, signal, deaths: 0, resolve, reject });
      this.#layout?.feed();
    });
  }

  /** Ends the processes at once. What is not answered yet is rejected. */
  async close(): Promise<void> {
    this.#fail(new PomonaError("pool-closed", "the inference processes were closed"));
    await Promise.all([...this.#ended, this.#layout?.ended()]);
  }

  #open(network: Promise<NetworkSource>, decoders: number): void {
    const { engine, device = "auto", threads = 1, inferBatch, workers, environment } = this.#options;
    const { silenceMs = 60_000, startMs = 120_000, onInferred = () => {} } = this.#options;
    const { childFile = defaultChildFile, decoderFile = defaultDecoderFile } = this.#options;
    const options: LayoutOptions = {
      queue: this.#queue,
      engine: {
        engine,
        device,
        threads,
        inferBatch,
        poolThreads: Number(environment?.UV_THREADPOOL_SIZE ?? libuvThreads),
      },
      network,
      childFile,
      environment,
      silenceMs,
      startMs,
      onInferred,
      onReady: (info) => {
        if (decoders === 0 || this.#options.decoders !== undefined || info.device === "gpu") {
          this.#settleReady.resolve(info);
        } else {
          // A GPU is here, but no engine for it: one process would have the work of all.
          this.#giveUp();
          this.#open(network, 0);
        }
      },
      onFailed: ({ code, message, remedy }) =>
        this.#fail(new PomonaError(code, message, remedy === undefined ? {} : { remedy })),
      onFailure: (error) => this.#fail(error),
    };
    try {
      this.#layout =
        decoders === 0
          ? new DecodingEngines({ ...options, workers })
          : new DecodersAndEngine({ ...options, decoders, decoderFile });
    } catch (cause) {
      this.#fail(
        new PomonaError("no-room-for-pixels", `decoders cannot share a file with the engine: ${cause}`, {
          remedy: "Make room in /dev/shm or the folder for temporary files (TMPDIR), or use --decoders 0.",
          cause,
        }),
      );
    }
  }

  /** Puts what the layout had in front of the queue again. */
  #giveUp(): void {
    const layout = this.#layout;
    if (layout === undefined) return;
    this.#queue.unshift(...layout.close());
    this.#ended.push(layout.ended());
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#settleReady.reject(error);
    for (const image of [...(this.#layout?.close() ?? []), ...this.#queue.splice(0)]) image.reject(error);
  }
}

/** Threads of libuv's pool where the environment does not say. */
const libuvThreads = 4;
const defaultChildFile = new URL("./inference-child.js", import.meta.url);
const defaultDecoderFile = new URL("./decoder-child.js", import.meta.url);
