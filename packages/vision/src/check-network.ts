import { fork } from "node:child_process";
import type { OnnxNetworkOptions } from "./onnx-network.ts";

export interface CheckOptions {
  /** Environment of the process; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A network that takes longer to load will be found out when it is needed. */
const timeoutMs = 120_000;

/**
 * What is wrong with a network of the user's own, in words: a file that is none, an output that it lacks, an input that
 * takes no image. Undefined where it computes a vector for an image. Found by doing it, in a process that ends
 * afterwards, since sessions leak native memory.
 */
export function checkNetwork(
  network: OnnxNetworkOptions,
  { environment }: CheckOptions = {},
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = fork(new URL("./network-check-child.js", import.meta.url), [JSON.stringify(network)], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      timeout: timeoutMs,
      ...(environment && { env: environment }),
    });
    let found: string | undefined;
    child.on("message", (message) => {
      found = typeof message === "string" ? message : undefined;
    });
    child.on("error", () => resolve(undefined));
    child.on("close", () => resolve(found));
  });
}
