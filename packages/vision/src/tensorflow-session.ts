import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSavedModel, servingTag, type TensorflowGraph } from "./saved-model.ts";
import type { TensorflowBinding } from "./tensorflow-library.ts";

/** The file that TensorFlow looks for in a SavedModel's folder. */
const fileName = "saved_model.pb";

/** A graph loaded into TensorFlow, with one input and one output. */
export class TensorflowSession {
  readonly #binding: TensorflowBinding;
  readonly #id: number;
  readonly #input: string;
  readonly #output: string;

  private constructor(binding: TensorflowBinding, id: number, { input, output }: SessionEnds) {
    this.#binding = binding;
    this.#id = id;
    this.#input = input;
    this.#output = output;
  }

  /** TensorFlow reads graphs from files alone: for the time of it one lies in the folder for temporary files. */
  static async open(
    binding: TensorflowBinding,
    { graph, ...ends }: SessionEnds & { readonly graph: TensorflowGraph },
  ): Promise<TensorflowSession> {
    const folder = await mkdtemp(join(tmpdir(), "pomona-graph-"));
    try {
      await writeFile(join(folder, fileName), encodeSavedModel(graph));
      return new TensorflowSession(binding, binding.loadSavedModel(folder, servingTag), ends);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * @param values bytes of a tensor of `shape`; TensorFlow keeps a copy
   * @returns the output's floats, in memory of the caller's
   */
  run(values: Uint8Array, shape: readonly number[]): Float32Array {
    const binding = this.#binding;
    const input = binding.createTensor(shape, binding.TF_UINT8, values);
    try {
      // Each node has one output, number 0.
      const [output] = binding.runSavedModel(this.#id, [input], `${this.#input}:0`, `${this.#output}:0`);
      if (output === undefined) throw new Error("TensorFlow gave no output");
      try {
        return binding.tensorDataSync(output.id) as Float32Array;
      } finally {
        binding.deleteTensor(output.id);
      }
    } finally {
      binding.deleteTensor(input);
    }
  }

  close(): void {
    this.#binding.deleteSavedModel(this.#id);
  }
}

/** Names of the nodes. */
interface SessionEnds {
  readonly input: string;
  readonly output: string;
}
