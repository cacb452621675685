import { type ChildProcess, fork } from "node:child_process";
import type { ThumbnailAnswer, ThumbnailRequest } from "./thumbnail-messages.ts";

export interface ThumbnailProcessOptions {
  /** An image that takes longer is killed with the process that decodes it. Default 10 s. */
  readonly patienceMs?: number;
  /** …and so is one that takes more memory, libraries included. Default 512 MiB: a photo of 50 million pixels takes less. */
  readonly memoryBytes?: number;
}

/** To load the decoder, on a machine that does much else. */
const startMs = 60_000;
/** A child that nobody needs gives its memory back. */
const idleMs = 60_000;
/** Requests that wait; above that the answer is "no picture". */
const maxWaiting = 64;

interface Waiting {
  readonly request: ThumbnailRequest;
  readonly answer: (picture: Uint8Array | undefined) => void;
}

/**
 * Thumbnails, one after another, in a child process that has no secrets in its environment, a limit of memory, and ten
 * seconds for an image. It is started when it is needed, and again when an image has killed it.
 */
export class ThumbnailProcess {
  readonly #waiting: Waiting[] = [];
  #child: ChildProcess | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 0;
  readonly #patienceMs: number;
  readonly #memoryBytes: number;

  constructor({ patienceMs = 10_000, memoryBytes = 512 * 2 ** 20 }: ThumbnailProcessOptions = {}) {
    this.#patienceMs = patienceMs;
    this.#memoryBytes = memoryBytes;
  }

  /** Undefined where nothing can be seen of the image. */
  make(bytes: Uint8Array, maxPixels: number): Promise<Uint8Array | undefined> {
    if (this.#waiting.length >= maxWaiting) return Promise.resolve(undefined);
    this.#nextId += 1;
    const request = { id: this.#nextId, bytes, maxPixels };
    return new Promise((answer) => {
      this.#waiting.push({ request, answer });
      this.#next();
    });
  }

  close(): void {
    for (const { answer } of this.#waiting.splice(0)) answer(undefined);
    this.#kill();
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    this.#killAfter(this.#current === undefined ? idleMs : this.#child === undefined ? startMs : this.#patienceMs);
    if (this.#current === undefined) return;
    this.#child ??= this.#start();
    this.#child.send(this.#current.request, () => {});
  }

  #killAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(), ms);
    this.#timer.unref();
  }

  #settle(picture: Uint8Array | undefined): void {
    this.#current?.answer(picture);
    this.#current = undefined;
    this.#next();
  }

  #kill(): void {
    clearTimeout(this.#timer);
    this.#child?.kill("SIGKILL");
  }

  #start(): ChildProcess {
    const child = fork(new URL("./thumbnail-child.js", import.meta.url), [String(this.#memoryBytes)], {
      execArgv: ["--max-old-space-size=64"],
      env: { MALLOC_ARENA_MAX: "2" },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("message", ({ id, picture }: ThumbnailAnswer) => {
      if (id === 0) this.#killAfter(this.#patienceMs);
      else if (id === this.#current?.request.id) this.#settle(picture);
    });
    child.once("close", () => {
      if (this.#child === child) this.#child = undefined;
      if (this.#current !== undefined) this.#settle(undefined);
    });
    child.on("error", () => {});
    return child;
  }
}
