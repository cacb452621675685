import { fork } from "node:child_process";
import { type DeviceRequest, type EngineName, engineNames } from "./engine-choice.ts";

export interface EngineProbe {
  readonly name: EngineName;
  readonly runs: boolean;
  /** Of the library, where the engine runs. */
  readonly version?: string;
  readonly device?: "cpu" | "gpu";
  readonly imagesPerSecond?: number;
  /** Images per call at that rate. */
  readonly inferBatch?: number;
  /** Why it does not run here, with the remedy. */
  readonly reason?: string;
}

export interface ProbeOptions {
  /** Default all that are known. */
  readonly names?: readonly EngineName[];
  readonly device?: DeviceRequest;
  readonly threads?: number;
  /** Images per call; default 4 on a CPU, and measured on a GPU. */
  readonly inferBatch?: number;
  /** Seconds to measure each engine for, default 1. */
  readonly seconds?: number;
  /** Environment of the processes; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What one probing process is told, as JSON in its first argument. */
export interface ProbeRequest extends Omit<ProbeOptions, "names" | "environment"> {
  readonly name: EngineName;
}

/** A library that hangs while it loads is no engine. */
const timeoutMs = 180_000;

/**
 * Which engines really evaluate the network here, found by doing it, one after the other, on a random network. Each in a
 * process of its own: a binary for another processor ends its process, and libraries keep their memory.
 */
export async function probeEngines({
  names = engineNames,
  environment,
  ...request
}: ProbeOptions = {}): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of names) probes.push(await probe({ ...request, name }, environment));
  return probes;
}

function probe(request: ProbeRequest, environment: ProbeOptions["environment"]): Promise<EngineProbe> {
  const { name } = request;
  return new Promise((resolve) => {
    const child = fork(new URL("./probe-child.js", import.meta.url), [JSON.stringify(request)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      timeout: timeoutMs,
      ...(environment && { env: environment }),
    });
    let found: EngineProbe | undefined;
    let lastWords = "";
    child.on("message", (message) => {
      found = message as EngineProbe;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-2000);
    });
    child.on("error", (error) => resolve({ name, runs: false, reason: error.message }));
    child.on("close", (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      resolve(found ?? { name, runs: false, reason: `It ended its process: ${how}. ${lastWords}`.trim() });
    });
  });
}
