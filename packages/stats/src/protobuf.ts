/** The few wire types that an ONNX model needs: https://protobuf.dev/programming-guides/encoding/. */

/** A field of a message, already encoded. */
export type Field = readonly number[];

/** Wire type 0: a non-negative integer. */
export function varintField(number: number, value: number): Field {
  return [...varint(number << 3), ...varint(value)];
}

/** Wire type 2: a string, or a message given as its fields. */
export function bytesField(number: number, value: string | readonly Field[]): Field {
  const bytes = typeof value === "string" ? [...new TextEncoder().encode(value)] : value.flat();
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}
