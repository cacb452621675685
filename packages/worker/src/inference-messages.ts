import type { FeatureConfig, QuarantineReason } from "@pomona/core";
import type { LentObject } from "@pomona/store/read-by-request";
import type { DeviceRequest, EngineFingerprint, EngineName, NetworkSource } from "@pomona/vision";
import type { LocalFile } from "./local-file.ts";

/**
 * The messages between a worker and its processes, by "advanced" (structured clone) serialization. A process that infers
 * is sent `start`, then images of which it decodes each, or calls whose pixels others have decoded. A process that only
 * decodes is sent `start-decoding`, then images.
 */
export type MessageToChild = StartMessage | ImageMessage | CallMessage | StartDecodingMessage | DecodeMessage;
export type MessageFromChild =
  | ReadyMessage
  | DecoderReadyMessage
  | FailedMessage
  | RowsMessage
  | CalledMessage
  | DecodedMessage
  | RefusedMessage
  | UnreadMessage;

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

/** One call of the engine, of images whose pixels lie in {@link PixelSlots}. */
export interface CallMessage {
  readonly kind: "call";
  /** [n] */
  readonly ids: readonly number[];
  /** [n] */
  readonly slots: readonly number[];
}

/** The first message to a process that only decodes, once. */
export interface StartDecodingMessage extends Pick<StartMessage, "poolThreads"> {
  readonly kind: "start-decoding";
}

/** An image whose pixels are wanted in a slot. */
export interface DecodeMessage extends Omit<ImageMessage, "kind"> {
  readonly kind: "decode";
  readonly slot: number;
  /** Height and width of the images of the network, pixels. */
  readonly inputSize: number;
}

/** The bytes of an image, or where a process reads them itself: what needn't go through two processes shouldn't. */
export type ImageSource = Uint8Array | ReadableSource;

export type ReadableSource = LocalFile | LentObject;

/** The engine is loaded. */
export interface ReadyMessage {
  readonly kind: "ready";
  readonly info: InferenceInfo;
}

/** The decoder is loaded. */
export interface DecoderReadyMessage {
  readonly kind: "decoder-ready";
}

/** The process cannot do its work here: the parts of a `PomonaError`. */
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
  /** [n] milliseconds to read the source, without waiting for a thread; undefined where the bytes were given. */
  readonly getMs: readonly (number | undefined)[];
  /** [n] milliseconds to decode, without waiting for a thread. */
  readonly decodeMs: readonly number[];
  /** [n] milliseconds */
  readonly resampleMs: readonly number[];
  /** Milliseconds of the whole call. */
  readonly inferMs: number;
}

/** The answer to {@link CallMessage}. */
export interface CalledMessage extends Pick<RowsMessage, "ids" | "rows" | "inferMs"> {
  readonly kind: "called";
}

/** The pixels lie in the slot; the times are those of {@link RowsMessage}. */
export interface DecodedMessage {
  readonly kind: "decoded";
  readonly id: number;
  readonly getMs: number | undefined;
  readonly decodeMs: number;
  readonly resampleMs: number;
}

/** The bytes are no image that we read. */
export interface RefusedMessage {
  readonly kind: "refused";
  readonly id: number;
  readonly stage: "decode";
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** The source could not be read, or is no longer what was listed. */
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
  /** Height and width of its images, pixels. */
  readonly inputSize: number;
  /** Length of a feature vector. */
  readonly dimension: number;
  readonly untrained: boolean;
  /** What was assumed of the network, in words. */
  readonly notices: readonly string[];
  /** Engines that `auto` would have preferred but that do not load here, with why. */
  readonly passedOver: readonly string[];
}
