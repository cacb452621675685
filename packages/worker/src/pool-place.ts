import type { InferenceProcess } from "./inference-process.ts";
import { type PoolImage, sizeOf, takeWanted } from "./pool-image.ts";

/** Bytes a process is fed ahead: they lie in its pipe and in its memory. */
const maxHeldBytes = 16 * 1024 * 1024;
/** Ticks of silence that make up the limit. */
export const ticksPerLimit = 4;

/**
 * A seat for one inference process after another.
 *
 * States: starting → feeding; after a death → starting → isolating (until no suspect is left) → feeding.
 */
export class PoolPlace {
  /** Images that the process may hold, those it computes on included. */
  #window = 0;
  readonly #start: (place: PoolPlace) => InferenceProcess;
  readonly #held = new Map<number, PoolImage>();
  #heldBytes = 0;
  /** Since when it holds images that nobody asked for the time of; undefined while it holds none. */
  #heldSince: number | undefined;
  #heldMs = 0;
  /** Images that a process died with, to be tried one at a time. */
  #suspects: PoolImage[] = [];
  #silentTicks = 0;
  #ready = false;
  #process: InferenceProcess;

  constructor(start: (place: PoolPlace) => InferenceProcess) {
    this.#start = start;
    this.#process = start(this);
  }

  get process(): InferenceProcess {
    return this.#process;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get load(): number {
    return this.#held.size;
  }

  /** Whether it takes images from the common queue. */
  get hasRoom(): boolean {
    if (!this.#ready || this.#held.size >= this.#window || this.#heldBytes >= maxHeldBytes) return false;
    if (this.#suspects.length > 0) return false;
    // Suspects come one at a time, so the only one held tells.
    const [first] = this.#held.values();
    return first === undefined || first.deaths === 0;
  }

  becomeReady({ inferBatch }: { readonly inferBatch: number }): void {
    // It computes on one call's images, decodes the next one's and has a third's at hand.
    this.#window = 3 * inferBatch;
    this.#ready = true;
    this.#silentTicks = 0;
  }

  heard(): void {
    this.#silentTicks = 0;
  }

  give(image: PoolImage): void {
    if (this.#held.size === 0) this.#silentTicks = 0;
    this.#heldSince ??= performance.now();
    this.#held.set(image.id, image);
    this.#heldBytes += sizeOf(image);
    const { id, source, preparation } = image;
    this.#process.send({ kind: "image", id, source, preparation });
  }

  giveSuspect(): void {
    if (!this.#ready || this.#held.size > 0) return;
    const suspect = takeWanted(this.#suspects);
    if (suspect !== undefined) this.give(suspect);
  }

  /** The image that was answered. */
  release(id: number): PoolImage | undefined {
    const image = this.#held.get(id);
    if (image === undefined) return undefined;
    this.#held.delete(id);
    this.#heldBytes -= sizeOf(image);
    if (this.#held.size === 0) this.#stopHolding();
    return image;
  }

  /** Milliseconds for which it has held images since this was last asked. */
  takeHeldMs(): number {
    const isHolding = this.#heldSince !== undefined;
    this.#stopHolding();
    if (isHolding) this.#heldSince = performance.now();
    const ms = this.#heldMs;
    this.#heldMs = 0;
    return ms;
  }

  #stopHolding(): void {
    if (this.#heldSince !== undefined) this.#heldMs += performance.now() - this.#heldSince;
    this.#heldSince = undefined;
  }

  /** Keeps the images that the process died with for the first time as suspects; returns the others. */
  bury(): PoolImage[] {
    this.#ready = false;
    const held = [...this.#held.values()];
    this.#held.clear();
    this.#heldBytes = 0;
    this.#stopHolding();
    for (const image of held) image.deaths += 1;
    this.#suspects.push(...held.filter(({ deaths }) => deaths === 1));
    return held.filter(({ deaths }) => deaths > 1);
  }

  restart(): void {
    this.#silentTicks = 0;
    this.#process = this.#start(this);
  }

  /** Everything that it has, in order. */
  drain(): PoolImage[] {
    const images = [...this.#held.values(), ...this.#suspects];
    this.#held.clear();
    this.#suspects = [];
    return images;
  }

  /**
   * Kills the process after `ticksPerLimit` ticks of silence. Ticks, not time: a worker that was itself stopped for a
   * while must not blame its children for it.
   */
  tick(): void {
    this.#silentTicks += 1;
    if (this.#silentTicks > ticksPerLimit) this.#process.kill();
  }
}
