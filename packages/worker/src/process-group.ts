import { PomonaError } from "@pomona/core";
import type { MessageFromChild, MessageToChild } from "./inference-messages.ts";
import { InferenceProcess, type ProcessEnd } from "./inference-process.ts";
import type { PoolImage } from "./pool-image.ts";
import { type PlaceOptions, PoolPlace, ticksPerLimit } from "./pool-place.ts";

/** What every group of a pool is given. */
export interface GroupLimits {
  /** How long a process that holds images may be silent before it is killed. */
  readonly silenceMs: number;
  /** How long a process may take until it is ready. */
  readonly startMs: number;
  readonly environment: NodeJS.ProcessEnv | undefined;
}

export interface GroupOptions<T extends PoolImage> extends GroupLimits, Pick<PlaceOptions<T>, "send" | "bytesOf"> {
  /** Number of processes. */
  readonly size: number;
  /** Their entry. */
  readonly file: URL;
  /** An open file that they share. */
  readonly descriptor?: number | undefined;
  /** Their first message. */
  readonly introduce: () => Promise<MessageToChild>;
  /** The next images for one process, which go there together; none where there is nothing to do. */
  readonly take: () => readonly T[];
  readonly onMessage: (place: PoolPlace<T>, message: MessageFromChild) => void;
  /** A process ended, and another takes its place: there may be something to hand out. */
  readonly onRestart: () => void;
  /** The processes cannot do their work here. */
  readonly onFailure: (error: unknown) => void;
}

const maxFailedStarts = 3;
/** Images in a row that crashed, with none done between them: the processes are at fault, not the images. */
const maxCrashesInARow = 8;

/**
 * Processes that do the same. Images are served first come, first served, each by the process that holds the fewest.
 *
 * Poison: a process that dies, or is killed because it has been silent, leaves the images it held. They are tried one
 * at a time in the process that takes its place; one that is there at a second death is refused (`infer`, `crashed`).
 */
export class ProcessGroup<T extends PoolImage> {
  readonly #options: GroupOptions<T>;
  readonly #places: PoolPlace<T>[];
  readonly #watchdogs: NodeJS.Timeout[];
  #failedStarts = 0;
  #crashesInARow = 0;
  #isClosed = false;

  /** Starts the processes at once. */
  constructor(options: GroupOptions<T>) {
    this.#options = options;
    const { size, send, bytesOf, silenceMs, startMs } = options;
    const start = (place: PoolPlace<T>) => this.#startProcess(place);
    this.#places = Array.from({ length: size }, () => new PoolPlace<T>({ start, send, bytesOf }));
    this.#watchdogs = [
      this.#watch((place) => place.ready && place.load > 0, silenceMs),
      this.#watch((place) => !place.ready, startMs),
    ];
  }

  /** Of the processes that live now. */
  get processIds(): number[] {
    return this.#places.flatMap(({ process }) => process.id ?? []);
  }

  get isBusy(): boolean {
    return this.#places.some((place) => place.isBusy);
  }

  feed(): void {
    if (this.#isClosed) return;
    for (const place of this.#places) place.giveSuspect();
    for (let place = this.#leastLoaded(); place !== undefined; place = this.#leastLoaded()) {
      const images = this.#options.take();
      if (images.length === 0) return;
      place.give(images);
    }
  }

  /** @param window images that the process may hold */
  becomeReady(place: PoolPlace<T>, window: number): void {
    place.becomeReady(window);
    this.#failedStarts = 0;
  }

  /** A process did with an image what it is for. */
  succeeded(): void {
    this.#crashesInARow = 0;
  }

  /** Ends the processes at once. Returns the images that they had. */
  close(): T[] {
    this.#isClosed = true;
    for (const watchdog of this.#watchdogs) clearInterval(watchdog);
    for (const { process } of this.#places) process.kill();
    return this.#places.flatMap((place) => place.drain());
  }

  async ended(): Promise<void> {
    await Promise.all(this.#places.map(({ process }) => process.ended));
  }

  #startProcess(place: PoolPlace<T>): InferenceProcess {
    const { file, environment, descriptor, introduce, onMessage } = this.#options;
    const process = new InferenceProcess({
      file,
      environment,
      descriptor,
      onMessage: (message) => {
        if (this.#isClosed) return;
        place.heard();
        onMessage(place, message);
      },
      onEnd: (end) => this.#ended(place, end),
    });
    introduce().then(
      (message) => process.send(message),
      () => {},
    );
    return process;
  }

  #leastLoaded(): PoolPlace<T> | undefined {
    let least: PoolPlace<T> | undefined;
    for (const place of this.#places) {
      if (place.hasRoom && (least === undefined || place.load < least.load)) least = place;
    }
    return least;
  }

  #ended(place: PoolPlace<T>, { how, lastWords }: ProcessEnd): void {
    if (this.#isClosed) return;
    if (!place.ready) this.#failedStarts += 1;
    for (const image of place.bury()) {
      this.#crashesInARow += 1;
      image.resolve({ stage: "infer", reason: "crashed", detail: `ended its inference process twice: ${how}` });
    }
    const because = lastWords === "" ? how : `${how}: ${lastWords}`;
    const { onFailure, onRestart } = this.#options;
    if (this.#failedStarts >= maxFailedStarts) {
      onFailure(brokenEngine(`inference processes ended ${maxFailedStarts} times before they were ready (${because})`));
    } else if (this.#crashesInARow >= maxCrashesInARow) {
      onFailure(brokenEngine(`${maxCrashesInARow} images in a row ended their inference process (${because})`));
    } else {
      place.restart();
      onRestart();
    }
  }

  #watch(concerns: (place: PoolPlace<T>) => boolean, limitMs: number): NodeJS.Timeout {
    return setInterval(() => {
      for (const place of this.#places) if (concerns(place)) place.tick();
    }, limitMs / ticksPerLimit).unref();
  }
}

function brokenEngine(message: string): PomonaError {
  return new PomonaError("inference-failed", message, {
    remedy: "`pomona doctor` shows which engines run here; choose another with --engine.",
  });
}
