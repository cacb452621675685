import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { repository } from "./places.ts";
import { waitFor } from "./wait-for.ts";

export interface ConsumerLine {
  readonly ready?: true;
  readonly notice?: string;
  readonly started?: string;
  readonly restarts?: number;
  readonly answered?: string;
  readonly aborted?: string;
}

export interface ConsumerProcess {
  readonly process: ChildProcess;
  readonly lines: readonly ConsumerLine[];
  /** Waits for a line. */
  hear(wanted: (line: ConsumerLine) => boolean, seconds?: number): Promise<ConsumerLine>;
  signal(name: NodeJS.Signals): void;
  /** Kills it if it is still alive. */
  end(): Promise<void>;
}

/** Starts `queue-consumer.ts`: each of its jobs takes so many milliseconds, which are the rows of its results. */
export async function startQueueConsumer(
  url: string,
  prefix: string,
  milliseconds: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<ConsumerProcess> {
  const script = fileURLToPath(new URL("queue-consumer.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, url, prefix, String(milliseconds)], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  const lines: ConsumerLine[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  const consumer: ConsumerProcess = {
    process: child,
    lines,
    hear: (wanted, seconds = 30) => waitFor("a line of the consumer", () => lines.find(wanted), { seconds }),
    signal: (name) => void child.kill(name),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
  await consumer.hear((line) => line.ready === true);
  return consumer;
}
