import type { MessageFromChild, RowsMessage } from "./inference-messages.ts";
import { type PoolImage, sizeOf, takeWanted } from "./pool-image.ts";
import type { LayoutOptions, PoolLayout } from "./pool-layout.ts";
import type { PoolPlace } from "./pool-place.ts";
import { ProcessGroup } from "./process-group.ts";

/** Images of object storage that a process asks for beyond those at hand: one takes as long to come as several to compute. */
const fetchedAhead = 8;

/** Processes that each decode and infer, with one engine for life, fed ahead so that none waits. */
export class DecodingEngines implements PoolLayout {
  readonly #options: LayoutOptions;
  readonly #group: ProcessGroup<PoolImage>;

  /** Starts the processes at once. */
  constructor(options: LayoutOptions & { readonly workers: number }) {
    this.#options = options;
    const { workers, childFile, network, engine, silenceMs, startMs, environment, onFailure } = options;
    this.#group = new ProcessGroup({
      size: workers,
      file: childFile,
      silenceMs,
      startMs,
      environment,
      introduce: async () => ({ kind: "start", ...engine, network: await network }),
      bytesOf: sizeOf,
      take: () => takeWanted(options.queue),
      send(process, images) {
        for (const { id, source, preparation } of images) process.send({ kind: "image", id, source, preparation });
      },
      onMessage: (place, message) => this.#received(place, message),
      onRestart: () => this.feed(),
      onFailure,
    });
  }

  get processIds(): number[] {
    return this.#group.processIds;
  }

  feed(): void {
    this.#group.feed();
  }

  close(): PoolImage[] {
    return this.#group.close();
  }

  ended(): Promise<void> {
    return this.#group.ended();
  }

  #received(place: PoolPlace, message: MessageFromChild): void {
    if (message.kind === "ready") {
      // It computes on one call's images, decodes the next one's and has a third's at hand; others are on their way.
      this.#group.becomeReady(place, 3 * message.info.inferBatch + fetchedAhead);
      this.#options.onReady(message.info);
    } else if (message.kind === "failed") {
      this.#options.onFailed(message);
    } else if (message.kind === "rows") {
      this.#answer(place, message);
    } else if (message.kind === "unread") {
      place.release(message.id)?.resolve(undefined);
    } else if (message.kind === "refused") {
      const { id, stage, reason, detail } = message;
      place.release(id)?.resolve({ stage, reason, detail });
    }
    this.feed();
  }

  #answer(place: PoolPlace, { ids, rows, getMs, decodeMs, resampleMs, inferMs }: RowsMessage): void {
    this.#group.succeeded();
    this.#options.onInferred({ busyMs: inferMs, waitMs: Math.max(0, place.takeHeldMs() - inferMs) });
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
}
