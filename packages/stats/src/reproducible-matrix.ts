/** A matrix that any language makes again to the bit: `factors` hidden directions, noise, constant columns. */
export interface MatrixSpec {
  readonly rows: number;
  readonly columns: number;
  /** Hidden directions; their strengths are factors, factors − 1, …, 1. At most 8. */
  readonly factors: number;
  /** Weight of the noise of each element, at most 2000. */
  readonly noise: number;
  readonly seed: number;
  readonly constantColumns: readonly number[];
}

/**
 * The matrix that the committed goldens are about (test/parity/make_stats_goldens.py makes the same one), also good as
 * synthetic features of any size. Sums of integers below 2²⁴, divided by 4096: exact in float32, so no order of
 * summation and no library can make a difference.
 *
 * @returns rows × columns
 */
export function reproducibleMatrix({ rows, columns, factors, noise, seed, constantColumns }: MatrixSpec): Float32Array {
  const stream = seed * 1000003;
  const z = signedBytes(stream + 1, rows * factors);
  const f = signedBytes(stream + 2, factors * columns);
  const e = signedBytes(stream + 3, rows * columns);
  const offset = signedBytes(stream + 4, columns);
  const constant = new Set(constantColumns);
  const x = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let value = 1000 * offset[j];
      if (!constant.has(j)) {
        value += noise * e[i * columns + j];
        for (let q = 0; q < factors; q++) value += z[i * factors + q] * (factors - q) * f[q * columns + j];
      }
      x[i * columns + j] = (value * (1 << (j % 5))) / 4096;
    }
  }
  return x;
}

/** The top byte, less 128, of MurmurHash3's 32-bit finaliser of a counter. */
function signedBytes(stream: number, count: number): Int8Array {
  const bytes = new Int8Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b9) + stream) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    bytes[i] = (x >>> 24) - 128;
  }
  return bytes;
}
