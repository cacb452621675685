/** A named array of float32. */
export interface FloatTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, FloatTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** From and to, bytes after the header. */
  readonly data_offsets: readonly [number, number];
}

const lengthBytes = 8;
const alignment = 8;

/**
 * Tensors in the safetensors format: the header's length (64 bits, little-endian), the header (JSON, padded with spaces
 * so that the values are aligned), the values one after the other.
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, Entry | TensorFile["metadata"]> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = lengthBytes + Math.ceil(json.length / alignment) * alignment;
  const file = Buffer.alloc(start + end, " ");
  file.writeBigUInt64LE(BigInt(start - lengthBytes));
  json.copy(file, lengthBytes);
  let at = start;
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/**
 * The tensors of a file of {@link encodeSafetensors}; their values are views of `file`.
 *
 * @throws RangeError or SyntaxError where the bytes are no such file, or not all of it
 */
export function decodeSafetensors(file: Uint8Array): TensorFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const start = lengthBytes + Number(bytes.readBigUInt64LE());
  if (start > bytes.length) throw new RangeError("safetensors: the header is cut");
  const header = JSON.parse(bytes.toString("utf8", lengthBytes, start)) as Record<string, Entry>;
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    if (dtype !== "F32") throw new RangeError(`safetensors: ${name} holds ${dtype}, not F32`);
    const [from, to] = data_offsets;
    if (start + to > bytes.length) throw new RangeError(`safetensors: the values of ${name} are cut`);
    const values = new Float32Array(bytes.buffer, bytes.byteOffset + start + from, (to - from) / 4);
    if (values.length !== shape.reduce((product, length) => product * length, 1)) {
      throw new RangeError(`safetensors: ${name} has ${values.length} values, not ${shape.join(" x ")}`);
    }
    tensors.set(name, { shape, values });
  }
  return { tensors, metadata: metadata as unknown as TensorFile["metadata"] };
}
