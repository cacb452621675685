import { HoldingTime } from "./holding-time.ts";
import type { InferenceProcess } from "./inference-process.ts";
import { type PoolImage, takeWanted } from "./pool-image.ts";

/** Bytes a process is fed ahead: they lie in its pipe and in its memory. */
const maxHeldBytes = 16 * 1024 * 1024;
/** Ticks of silence that make up the limit. */
export const ticksPerLimit = 4;

export interface PlaceOptions<T extends PoolImage> {
  readonly start: (place: PoolPlace<T>) => InferenceProcess;
  /** Hands images to the process. */
  readonly send: (process: InferenceProcess, images: readonly T[]) => void;
  /** What an image that it holds costs. */
  readonly bytesOf: (image: T) => number;
}

/**
 * A seat for one process after another.
 *
 * States: starting → feeding; after a death → starting → isolating (until no suspect is left) → feeding.
 */
export class PoolPlace<T extends PoolImage = PoolImage> {
  readonly #options: PlaceOptions<T>;
  /** Images that the process may hold, those it computes on included. */
  #window = 0;
  readonly #held = new Map<number, T>();
  #heldBytes = 0;
  readonly #holding = new HoldingTime();
  /** Images that a process died with, to be tried one at a time. */
  #suspects: T[] = [];
  #silentTicks = 0;
  #ready = false;
  #process: InferenceProcess;

  constructor(options: PlaceOptions<T>) {
    this.#options = options;
    this.#process = options.start(this);
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

  /** Whether it has anything to do, now or when it is ready again. */
  get isBusy(): boolean {
    return this.#held.size > 0 || this.#suspects.length > 0;
  }

  /** Whether it takes images from the common queue. */
  get hasRoom(): boolean {
    if (!this.#ready || this.#held.size >= this.#window || this.#heldBytes >= maxHeldBytes) return false;
    if (this.#suspects.length > 0) return false;
    // Suspects come one at a time, so the only one held tells.
    const [first] = this.#held.values();
    return first === undefined || first.deaths === 0;
  }

  /** @param window images that it may hold */
  becomeReady(window: number): void {
    this.#window = window;
    this.#ready = true;
    this.#silentTicks = 0;
  }

  heard(): void {
    this.#silentTicks = 0;
  }

  give(images: readonly T[]): void {
    if (this.#held.size === 0) this.#silentTicks = 0;
    this.#holding.start();
    for (const image of images) {
      this.#held.set(image.id, image);
      this.#heldBytes += this.#options.bytesOf(image);
    }
    this.#options.send(this.#process, images);
  }

  giveSuspect(): void {
    if (!this.#ready || this.#held.size > 0) return;
    const suspects = takeWanted(this.#suspects);
    if (suspects.length > 0) this.give(suspects);
  }

  /** The image that was answered. */
  release(id: number): T | undefined {
    const image = this.#held.get(id);
    if (image === undefined) return undefined;
    this.#held.delete(id);
    this.#heldBytes -= this.#options.bytesOf(image);
    if (this.#held.size === 0) this.#holding.stop();
    return image;
  }

  /** Milliseconds for which it has held images since this was last asked. */
  takeHeldMs(): number {
    return this.#holding.take();
  }

  /** Keeps the images that the process died with for the first time as suspects; returns the others. */
  bury(): T[] {
    this.#ready = false;
    const held = [...this.#held.values()];
    this.#held.clear();
    this.#heldBytes = 0;
    this.#holding.stop();
    for (const image of held) image.deaths += 1;
    this.#suspects.push(...held.filter(({ deaths }) => deaths === 1));
    return held.filter(({ deaths }) => deaths > 1);
  }

  restart(): void {
    this.#silentTicks = 0;
    this.#process = this.#options.start(this);
  }

  /** Everything that it has, in order. */
  drain(): T[] {
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
