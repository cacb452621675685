import { Dataset, File, Group, ready } from "h5wasm";

/** One weight of a layer; its values are read when asked for. */
export interface KerasWeight {
  /** Without the layer's path and TensorFlow's `:0`: `kernel`, `gamma`, … */
  readonly name: string;
  readonly shape: readonly number[];
  read(): Float32Array;
}

export interface KerasLayer {
  readonly name: string;
  readonly weights: readonly KerasWeight[];
}

/**
 * Opens the bytes of a Keras `.h5` (weights alone, or a whole saved model) in memory, hands `use` the layers that hold
 * weights in the file's order, and closes it.
 *
 * Keras' layout: an attribute `layer_names` at the root, or in the group `model_weights` of a saved model; a group for
 * each layer with an attribute `weight_names`; a dataset for each of these.
 *
 * @param source name of the file, for errors
 * @throws Error when the bytes are no complete HDF5 file, or not in Keras' layout
 */
export async function withKerasFile<T>(
  bytes: Uint8Array,
  source: string,
  use: (layers: readonly KerasLayer[]) => T,
): Promise<T> {
  if (!signature.every((byte, index) => bytes[index] === byte)) {
    throw new Error(`${source}: not an HDF5 file (${bytes.length} bytes). Give Keras weights in HDF5 format (.h5).`);
  }
  const hdf5 = await ready;
  const name = `weights-${++opened}.h5`;
  hdf5.FS.writeFile(name, bytes);
  // Else HDF5 prints its error stack and goes on with a file, group or dataset that is none.
  hdf5.activate_throwing_error_handler();
  try {
    const file = new File(name, "r");
    try {
      return use(readLayers(file, source));
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("HDF5-DIAG"))) throw error;
    throw new Error(`${source}: the HDF5 file is damaged or truncated. Delete it and fetch it again.`, {
      cause: error,
    });
  } finally {
    hdf5.deactivate_throwing_error_handler();
    hdf5.FS.unlink(name);
  }
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Names files of h5wasm's in-memory file system, which the whole process shares. */
let opened = 0;

function readLayers(file: File, source: string): KerasLayer[] {
  const saved = file.get("model_weights");
  const root = saved instanceof Group ? saved : file;
  const names = stringAttribute(root, "layer_names");
  if (names.length === 0) {
    throw new Error(
      `${source}: an HDF5 file, but without Keras' layer_names. Give weights saved by Keras as legacy .h5 (not .weights.h5).`,
    );
  }
  return names.map((name) => readLayer(root, name, source)).filter((layer) => layer.weights.length > 0);
}

function readLayer(root: Group, name: string, source: string): KerasLayer {
  const group = root.get(name);
  if (!(group instanceof Group))
    throw new Error(`${source}: layer ${name} is listed but absent. Fetch the file again.`);
  return { name, weights: stringAttribute(group, "weight_names").map((path) => readWeight(group, name, path, source)) };
}

function readWeight(group: Group, layer: string, path: string, source: string): KerasWeight {
  const dataset = group.get(path);
  if (!(dataset instanceof Dataset)) {
    throw new Error(`${source}: weight ${path} of layer ${layer} is listed but absent. Fetch the file again.`);
  }
  return {
    name: path.slice(path.lastIndexOf("/") + 1).replace(/:\d+$/, ""),
    shape: dataset.shape ?? [],
    read() {
      const { value } = dataset;
      if (value instanceof Float32Array) return value;
      if (value instanceof Float64Array) return Float32Array.from(value);
      throw new Error(`${source}: weight ${path} of layer ${layer} is no array of floats. Fetch the file again.`);
    },
  };
}

function stringAttribute(group: Group, name: string): string[] {
  const value = group.attrs[name]?.value;
  return Array.isArray(value) ? value.map(String) : [];
}
