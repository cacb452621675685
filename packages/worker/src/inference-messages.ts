import type { FeatureConfig, QuarantineReason } from "@pomona/core";
import type { DeviceRequest, EngineFingerprint, EngineName, NetworkSource } from "@pomona/vision";
import type { LocalFile } from "./local-file.ts";

/** The messages between a worker and its inference processes, by "advanced" (structured clone) serialization. */
export type MessageToChild = StartMessage | ImageMessage;
export type MessageFromChild = ReadyMessage | FailedMessage | RowsMessage | RefusedMessage | UnreadMessage;

/** What of a run's options decides about the pixels that the network sees. */
export type Preparation = Pick<FeatureConfig, "resampler" | "filter" | "maxPixels" | "exifRotate">;

/** The first message, once: which network to load, for life. */
export interface StartMessage {
  readonly kind: "start";
  readonly engine: EngineName | "auto";
  readonly network: NetworkSource;
  readonly device: DeviceRequest;
  /** Of one call of the engine. */
  readonly threads: number;
  /** Images per call of the engine, at most; undefined to find it out. */
  readonly inferBatch: number | undefined;
  /** Threads that files are read and decoded on: those of libuv's pool. */
  readonly poolThreads: number;
}

export interface ImageMessage {
  readonly kind: "image";
  readonly id: number;
  readonly source: ImageSource;
  readonly preparation: Preparation;
}

/** The bytes of an image, or the file that has them: what needn't go through two processes shouldn't. */
export type ImageSource = Uint8Array | LocalFile;

/** The engine is loaded. */
export interface ReadyMessage {
  readonly kind: "ready";
  readonly info: InferenceInfo;
}

/** The engine cannot be loaded: the parts of a `PomonaError`. */
export interface FailedMessage {
  readonly kind: "failed";
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** One call of the engine. */
export interface RowsMessage {
  readonly kind: "rows";
  /** [n] */
  readonly ids: readonly number[];
  /** [n, dimension], row-major. */
  readonly rows: Float32Array;
  /** [n] milliseconds to read the file, without waiting for a thread; undefined where the bytes were given. */
  readonly getMs: readonly (number | undefined)[];
  /** [n] milliseconds to decode, without waiting for a thread. */
  readonly decodeMs: readonly number[];
  /** [n] milliseconds */
  readonly resampleMs: readonly number[];
  /** Milliseconds of the whole call. */
  readonly inferMs: number;
}

/** The bytes are no image that we read. */
export interface RefusedMessage {
  readonly kind: "refused";
  readonly id: number;
  readonly stage: "decode";
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** The file could not be read, or is no longer what was listed. */
export interface UnreadMessage {
  readonly kind: "unread";
  readonly id: number;
}

/** What a loaded engine says of itself. */
export interface InferenceInfo extends EngineFingerprint {
  /** major.minor of the library that decodes. */
  readonly libvips: string;
  /** Version of the engine's library. */
  readonly engineVersion: string;
  readonly device: "cpu" | "gpu";
  /** Images per call of the engine, at most. */
  readonly inferBatch: number;
  /** Length of a feature vector. */
  readonly dimension: number;
  readonly untrained: boolean;
  /** What was assumed of the network, in words. */
  readonly notices: readonly string[];
  /** Engines that `auto` would have preferred but that do not load here, with why. */
  readonly passedOver: readonly string[];
}
