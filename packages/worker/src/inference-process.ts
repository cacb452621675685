import { type ChildProcess, fork } from "node:child_process";
import type { MessageFromChild, MessageToChild } from "./inference-messages.ts";

export interface InferenceProcessOptions {
  readonly file: URL;
  /** Default: this process's own. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** An open file, which is `sharedDescriptor` there. */
  readonly descriptor?: number | undefined;
  readonly onMessage: (message: MessageFromChild) => void;
  /** Called once, after the last message. */
  readonly onEnd: (end: ProcessEnd) => void;
}

export interface ProcessEnd {
  /** `signal SIGSEGV`, `exit code 1`. */
  readonly how: string;
  /** The end of what it wrote to standard error: where native code says why it gave up. */
  readonly lastWords: string;
}

const lastWordsLength = 2000;

/**
 * Pixels are big and live outside the small heap, and the collector runs for their sake: every few images where it marks
 * step by step, on all cores where it may. Together that took a fifth of the cores. At once, on one, it takes a hundredth.
 */
export const collectorFlags = ["--single-threaded-gc", "--no-incremental-marking"];

/** One child process, from its start to its end. */
export class InferenceProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  #lastWords = "";

  constructor({ file, environment, descriptor, onMessage, onEnd }: InferenceProcessOptions) {
    this.#child = fork(file, {
      execArgv: collectorFlags,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc", ...(descriptor === undefined ? [] : [descriptor])],
      ...(environment && { env: environment }),
    });
    this.#child.on("message", (message) => onMessage(message as MessageFromChild));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsLength);
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        onEnd({ how, lastWords: this.#lastWords.trim() });
        resolve();
      };
      // Not "exit": the channel may still hold answers then.
      this.#child.once("close", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
      this.#child.on("error", (error) => {
        if (this.#child.pid === undefined) end(error.message);
      });
    });
  }

  /** Undefined where the system refused to start it. */
  get id(): number | undefined {
    return this.#child.pid;
  }

  send(message: MessageToChild): void {
    // An error of sending is that of a process that ends, which is told by `onEnd`.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** It keeps nothing, so there is nothing to wait for. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
