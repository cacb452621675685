/**
 * The little of protocol buffers' wire format that writing a network needs, as ONNX or for TensorFlow. Messages are
 * lists of byte chunks, so a tensor's data is referred to and copied once, at the end. Fields are given by number; the
 * callers name them.
 */
export type Chunks = readonly Uint8Array[];

const varintType = 0;
const lengthDelimited = 2;

export function varintField(field: number, value: number): Chunks {
  return [Uint8Array.from([...varint((field << 3) | varintType), ...varint(value)])];
}

export function bytesField(field: number, bytes: Uint8Array): Chunks {
  return [Uint8Array.from([...varint((field << 3) | lengthDelimited), ...varint(bytes.length)]), bytes];
}

export function stringField(field: number, text: string): Chunks {
  return bytesField(field, new TextEncoder().encode(text));
}

/** An embedded message made of the fields given. */
export function messageField(field: number, ...fields: readonly Chunks[]): Chunks {
  const body = fields.flat();
  const length = body.reduce((sum, chunk) => sum + chunk.length, 0);
  return [Uint8Array.from([...varint((field << 3) | lengthDelimited), ...varint(length)]), ...body];
}

export function concatenate(fields: readonly Chunks[]): Uint8Array {
  return Buffer.concat(fields.flat());
}

/** The bytes of numbers as protocol buffers, ONNX and TensorFlow want them; every platform that Node runs on here is little-endian. */
export function littleEndianBytes(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Base-128, least significant group first; negative numbers as 64-bit two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
