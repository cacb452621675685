import { HoldingTime } from "./holding-time.ts";
import type { CalledMessage, DecodedMessage, InferenceInfo, MessageFromChild } from "./inference-messages.ts";
import { PixelSlots } from "./pixel-slots.ts";
import { type PoolImage, sizeOf, takeWanted } from "./pool-image.ts";
import type { LayoutOptions, PoolLayout } from "./pool-layout.ts";
import type { PoolPlace } from "./pool-place.ts";
import { ProcessGroup } from "./process-group.ts";

export interface DecodersOptions extends LayoutOptions {
  /** Number of processes that decode. */
  readonly decoders: number;
  /** Entry of one of them. */
  readonly decoderFile: URL;
}

/** An image with a place for its pixels, which is free again when it is settled. */
interface PlacedImage extends PoolImage {
  readonly slot: number;
}

/** Its pixels lie in its slot. */
interface DecodedImage extends PlacedImage, Pick<DecodedMessage, "getMs" | "decodeMs" | "resampleMs"> {}

/** Images that a decoder may hold: those that it decodes, and as many at hand. */
const decoderWindow = 8;

/**
 * Processes that decode, and one that infers: what a GPU needs, which one process cannot feed.
 *
 * ```
 * queue ──▶ decoder × many ──▶ decoded ──▶ engine ──▶ rows
 *              └── pixels by slots of a shared file ──┘
 * ```
 * Messages carry numbers of slots; pixels never pass through the worker. An image has its slot from before it is decoded
 * until it is settled, so the slots bound what is decoded ahead. Pixels outlive the process that inferred: what it held
 * is inferred again without being decoded again. Deaths of decoders and of the engine are counted apart.
 */
export class DecodersAndEngine implements PoolLayout {
  readonly #options: DecodersOptions;
  readonly #slots = new PixelSlots();
  readonly #decoders: ProcessGroup<PlacedImage>;
  readonly #engine: ProcessGroup<DecodedImage>;
  /** While any image has a slot. */
  readonly #holding = new HoldingTime();
  #placed = 0;
  #decoded: DecodedImage[] = [];
  /** Of the first engine; those after it, if it ends, make their calls as large. */
  #info: InferenceInfo | undefined;

  /** Starts the processes at once. */
  constructor(options: DecodersOptions) {
    this.#options = options;
    const { decoders, decoderFile, childFile, network, engine } = options;
    const { silenceMs, startMs, environment, onFailure } = options;
    const common = {
      descriptor: this.#slots.descriptor,
      silenceMs,
      startMs,
      environment,
      onRestart: () => this.feed(),
      onFailure,
    };
    this.#engine = new ProcessGroup<DecodedImage>({
      ...common,
      size: 1,
      file: childFile,
      introduce: async () => {
        const inferBatch = this.#info?.inferBatch ?? engine.inferBatch;
        return { kind: "start", ...engine, inferBatch, network: await network };
      },
      bytesOf: () => 0,
      take: () => this.#takeCall(),
      send: (process, images) =>
        process.send({ kind: "call", ids: images.map(({ id }) => id), slots: images.map(({ slot }) => slot) }),
      onMessage: (place, message) => this.#engineSaid(place, message),
    });
    this.#decoders = new ProcessGroup<PlacedImage>({
      ...common,
      size: decoders,
      file: decoderFile,
      introduce: async () => ({ kind: "start-decoding", poolThreads: engine.poolThreads }),
      bytesOf: sizeOf,
      take: () => this.#takeForDecoder(),
      send: (process, images) => {
        const inputSize = this.#info?.inputSize ?? 0;
        for (const { id, source, preparation, slot } of images) {
          process.send({ kind: "decode", id, source, preparation, slot, inputSize });
        }
      },
      onMessage: (place, message) => this.#decoderSaid(place, message),
    });
  }

  get processIds(): number[] {
    return [...this.#engine.processIds, ...this.#decoders.processIds];
  }

  feed(): void {
    this.#decoders.feed();
    this.#engine.feed();
  }

  close(): PoolImage[] {
    const images = [...this.#engine.close(), ...this.#decoded.splice(0), ...this.#decoders.close()];
    this.#slots.close();
    return images;
  }

  async ended(): Promise<void> {
    await Promise.all([this.#engine.ended(), this.#decoders.ended()]);
  }

  #takeForDecoder(): PlacedImage[] {
    if (!this.#slots.hasFree) return [];
    return takeWanted(this.#options.queue).map((image) => this.#place(image));
  }

  #place(image: PoolImage): PlacedImage {
    const slot = this.#slots.take() as number;
    this.#placed += 1;
    this.#holding.start();
    const leave = (): void => {
      this.#slots.giveBack(slot);
      this.#placed -= 1;
      if (this.#placed === 0) this.#holding.stop();
    };
    return {
      ...image,
      slot,
      resolve(outcome) {
        leave();
        image.resolve(outcome);
      },
      reject(error) {
        leave();
        image.reject(error);
      },
    };
  }

  /** A full call, or what there is when the engine has nothing to do and nothing else is coming. */
  #takeCall(): DecodedImage[] {
    const size = this.#info?.inferBatch ?? 1;
    const moreToCome = this.#engine.isBusy || this.#decoders.isBusy || this.#options.queue.length > 0;
    if (this.#decoded.length < size && moreToCome) return [];
    return takeWanted(this.#decoded, size);
  }

  #decoderSaid(place: PoolPlace<PlacedImage>, message: MessageFromChild): void {
    if (message.kind === "decoder-ready") {
      this.#decoders.becomeReady(place, decoderWindow);
    } else if (message.kind === "failed") {
      this.#options.onFailed(message);
    } else if (message.kind === "unread") {
      place.release(message.id)?.resolve(undefined);
    } else if (message.kind === "refused") {
      const { id, stage, reason, detail } = message;
      place.release(id)?.resolve({ stage, reason, detail });
    } else if (message.kind === "decoded") {
      this.#decoders.succeeded();
      const { id, getMs, decodeMs, resampleMs } = message;
      const image = place.release(id);
      if (image !== undefined) this.#decoded.push({ ...image, deaths: 0, getMs, decodeMs, resampleMs });
    }
    this.feed();
  }

  #engineSaid(place: PoolPlace<DecodedImage>, message: MessageFromChild): void {
    if (message.kind === "ready") {
      const { info } = message;
      this.#info = info;
      // It computes on one call while the next one waits; the decoders are as busy as they can be.
      this.#slots.provide(2 * info.inferBatch + this.#options.decoders * decoderWindow);
      this.#engine.becomeReady(place, 2 * info.inferBatch);
      this.#options.onReady(info);
    } else if (message.kind === "failed") {
      this.#options.onFailed(message);
    } else if (message.kind === "called") {
      this.#answer(place, message);
    }
    this.feed();
  }

  #answer(place: PoolPlace<DecodedImage>, { ids, rows, inferMs }: CalledMessage): void {
    this.#engine.succeeded();
    this.#options.onInferred({ busyMs: inferMs, waitMs: Math.max(0, this.#holding.take() - inferMs) });
    const dimension = rows.length / ids.length;
    for (const [i, id] of ids.entries()) {
      const image = place.release(id);
      if (image === undefined) continue;
      const { getMs, decodeMs, resampleMs } = image;
      const features = rows.subarray(i * dimension, (i + 1) * dimension);
      image.resolve({ features, getMs, decodeMs, resampleMs, inferMs: inferMs / ids.length });
    }
  }
}
