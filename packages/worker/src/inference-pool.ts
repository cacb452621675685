import { PomonaError } from "@pomona/core";
import type { DeviceRequest, EngineName, NetworkSource } from "@pomona/vision";
import type { ImageSource, InferenceInfo, MessageFromChild, Preparation, RowsMessage } from "./inference-messages.ts";
import { InferenceProcess, type ProcessEnd } from "./inference-process.ts";
import type { LocalFile } from "./local-file.ts";
import { type ImageOutcome, type PoolImage, takeWanted } from "./pool-image.ts";
import { PoolPlace, ticksPerLimit } from "./pool-place.ts";

export interface InferencePoolOptions {
  readonly engine: EngineName | "auto";
  /** Default `auto`. */
  readonly device?: DeviceRequest | undefined;
  /** Processes start while a promise of it is pending. */
  readonly network: NetworkSource | Promise<NetworkSource>;
  /** Inference processes. */
  readonly workers: number;
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
  /** Entry of a process, for tests. */
  readonly childFile?: URL;
}

/** What one engine did since its call before. Where it waits long, decoding or storage keeps it from its work. */
export interface EngineTime {
  /** Milliseconds of the call. */
  readonly busyMs: number;
  /** Milliseconds that it waited although its process had images. */
  readonly waitMs: number;
}

/** Turns the bytes of a file into features, or says why it cannot. */
export interface Featurizer {
  featurize(bytes: Uint8Array, preparation: Preparation, signal?: AbortSignal): Promise<ImageOutcome>;
  /** Undefined where the file can't be read, or is no longer what was listed. */
  featurizeFile(file: LocalFile, preparation: Preparation, signal?: AbortSignal): Promise<ImageOutcome | undefined>;
}

/** Threads of libuv's pool where the environment does not say. */
const libuvThreads = 4;
const maxFailedStarts = 3;
/** Images in a row that crashed, with no row between them: the engine is at fault, not the images. */
const maxCrashesInARow = 8;

/**
 * Inference processes, each with one engine for life, fed ahead so that none waits. Images are served first come, first
 * served, each by the process that holds the fewest.
 *
 * Poison: a process that dies, or is killed because it has been silent, leaves the images it held. They are tried one
 * at a time in the process that takes its place; one that is there at a second death is refused (`infer`, `crashed`).
 */
export class InferencePool implements Featurizer {
  /** Of the first process that has loaded its engine. Rejects with {@link PomonaError} where none can. */
  readonly ready: Promise<InferenceInfo>;
  readonly #network: Promise<NetworkSource>;
  readonly #places: PoolPlace[];
  readonly #onInferred: InferencePoolOptions["onInferred"];
  readonly #watchdogs: NodeJS.Timeout[];
  #queue: PoolImage[] = [];
  #lastId = 0;
  #failedStarts = 0;
  #crashesInARow = 0;
  #failure: unknown;
  #settleReady!: { resolve: (info: InferenceInfo) => void; reject: (error: unknown) => void };

  /** Starts the processes at once. */
  constructor(options: InferencePoolOptions) {
    const { network, workers, silenceMs = 60_000, startMs = 120_000 } = options;
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever asks is told; that nobody may have asked yet is no fault.
    this.ready.catch(() => {});
    this.#onInferred = options.onInferred;
    this.#network = Promise.resolve(network);
    this.#network.catch((error: unknown) => this.#fail(error));
    const start = (place: PoolPlace) => this.#startProcess(place, options);
    this.#places = Array.from({ length: workers }, () => new PoolPlace(start));
    this.#watchdogs = [
      this.#watch((place) => place.ready && place.load > 0, silenceMs),
      this.#watch((place) => !place.ready, startMs),
    ];
  }

  /** Of the processes that live now. */
  get processIds(): number[] {
    return this.#places.flatMap(({ process }) => process.id ?? []);
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

  /** As {@link featurize}, of a file that the process opens itself. Undefined where it could not read what was listed. */
  featurizeFile(file: LocalFile, preparation: Preparation, signal?: AbortSignal): Promise<ImageOutcome | undefined> {
    return this.#enqueue(file, preparation, signal);
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
      this.#feed();
    });
  }

  /** Ends the processes at once. What is not answered yet is rejected. */
  async close(): Promise<void> {
    this.#fail(new PomonaError("pool-closed", "the inference processes were closed"));
    await Promise.all(this.#places.map(({ process }) => process.ended));
  }

  #startProcess(place: PoolPlace, options: InferencePoolOptions): InferenceProcess {
    const { engine, device = "auto", threads = 1, inferBatch, environment } = options;
    const { childFile = defaultChildFile } = options;
    const poolThreads = Number(environment?.UV_THREADPOOL_SIZE ?? libuvThreads);
    const process = new InferenceProcess({
      file: childFile,
      environment,
      onMessage: (message) => this.#received(place, message),
      onEnd: (end) => this.#ended(place, end),
    });
    this.#network.then(
      (network) => process.send({ kind: "start", engine, device, network, threads, inferBatch, poolThreads }),
      () => {},
    );
    return process;
  }

  #feed(): void {
    for (const place of this.#places) place.giveSuspect();
    for (let place = this.#leastLoaded(); place !== undefined; place = this.#leastLoaded()) {
      const image = takeWanted(this.#queue);
      if (image === undefined) return;
      place.give(image);
    }
  }

  #leastLoaded(): PoolPlace | undefined {
    let least: PoolPlace | undefined;
    for (const place of this.#places) {
      if (place.hasRoom && (least === undefined || place.load < least.load)) least = place;
    }
    return least;
  }

  #received(place: PoolPlace, message: MessageFromChild): void {
    place.heard();
    if (message.kind === "ready") {
      place.becomeReady(message.info);
      this.#failedStarts = 0;
      this.#settleReady.resolve(message.info);
    } else if (message.kind === "failed") {
      const { code, message: text, remedy } = message;
      this.#fail(new PomonaError(code, text, remedy === undefined ? {} : { remedy }));
    } else if (message.kind === "rows") {
      this.#answer(place, message);
    } else if (message.kind === "unread") {
      place.release(message.id)?.resolve(undefined);
    } else {
      const { id, stage, reason, detail } = message;
      place.release(id)?.resolve({ stage, reason, detail });
    }
    this.#feed();
  }

  #answer(place: PoolPlace, { ids, rows, getMs, decodeMs, resampleMs, inferMs }: RowsMessage): void {
    this.#crashesInARow = 0;
    this.#onInferred?.({ busyMs: inferMs, waitMs: Math.max(0, place.takeHeldMs() - inferMs) });
    const dimension = rows.length / ids.length;
    for (const [i, id] of ids.entries()) {
      place.release(id)?.resolve({
        features: rows.subarray(i * dimension, (i + 1) * dimension),
        getMs: getMs[i],
        decodeMs: decodeMs[i] ?? 0,
        resampleMs: resampleMs[i] ?? 0,
        inferMs: inferMs / ids.length,
      });
    }
  }

  #ended(place: PoolPlace, { how, lastWords }: ProcessEnd): void {
    if (this.#failure !== undefined) return;
    if (!place.ready) this.#failedStarts += 1;
    for (const image of place.bury()) {
      this.#crashesInARow += 1;
      image.resolve({ stage: "infer", reason: "crashed", detail: `ended its inference process twice: ${how}` });
    }
    const because = lastWords === "" ? how : `${how}: ${lastWords}`;
    if (this.#failedStarts >= maxFailedStarts) {
      this.#fail(
        brokenEngine(`inference processes ended ${maxFailedStarts} times before they were ready (${because})`),
      );
    } else if (this.#crashesInARow >= maxCrashesInARow) {
      this.#fail(brokenEngine(`${maxCrashesInARow} images in a row ended their inference process (${because})`));
    } else {
      place.restart();
    }
  }

  #watch(concerns: (place: PoolPlace) => boolean, limitMs: number): NodeJS.Timeout {
    return setInterval(() => {
      for (const place of this.#places) if (concerns(place)) place.tick();
    }, limitMs / ticksPerLimit).unref();
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const watchdog of this.#watchdogs) clearInterval(watchdog);
    this.#settleReady.reject(error);
    for (const image of [...this.#places.flatMap((place) => place.drain()), ...this.#queue]) image.reject(error);
    this.#queue = [];
    for (const { process } of this.#places) process.kill();
  }
}

const defaultChildFile = new URL("./inference-child.js", import.meta.url);

function brokenEngine(message: string): PomonaError {
  return new PomonaError("inference-failed", message, {
    remedy: "`pomona doctor` shows which engines run here; choose another with --engine.",
  });
}
