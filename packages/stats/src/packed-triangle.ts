/**
 * The upper triangle of a symmetric d×d matrix, row by row in one array:
 *
 *     (0,0) (0,1) … (0,d−1) | (1,1) … (1,d−1) | … | (d−1,d−1)
 *
 * Half the memory and half the file of the full matrix (6.5 MB at d = 1280).
 */
export function packedLength(d: number): number {
  return (d * (d + 1)) / 2;
}

/** Where the diagonal element (i, i) lies; (i, j) with j ≥ i lies j − i further. */
export function packedRowStart(i: number, d: number): number {
  return i * d - (i * (i - 1)) / 2;
}

/** The diagonal of a packed symmetric matrix, `[d]`. */
export function packedDiagonal(packed: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, i) => packed[packedRowStart(i, d)]);
}
