import { loadNetwork } from "./load-network.ts";
import type { OnnxNetworkOptions } from "./onnx-network.ts";
import { UnreadableNetworkError } from "./unreadable-network-error.ts";

/** Entry of a process that `checkNetwork` starts: answers with what is wrong with the network, or null, and ends. */
async function check(model: OnnxNetworkOptions): Promise<string | null> {
  try {
    await loadNetwork({ model }, { engine: "onnxruntime", device: "cpu" });
    return null;
  } catch (error) {
    // An engine that does not start is no fault of the network.
    return error instanceof UnreadableNetworkError ? error.message : null;
  }
}

const answer = await check(JSON.parse(process.argv[2] ?? "{}") as OnnxNetworkOptions);
process.send?.(answer, undefined, undefined, () => process.disconnect());
