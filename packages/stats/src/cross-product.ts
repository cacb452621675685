/**
 * XᵀX of a block of centred rows.
 *
 * @param block n·d doubles, row-major; only the first n·d are read, none is changed
 * @returns the packed upper triangle, `[d(d+1)/2]` (see packed-triangle.ts); the array belongs to the cross product and
 *   holds good until its next call, so that a long run allocates nothing
 */
export type CrossProduct = (block: Float64Array, n: number, d: number) => Promise<Float64Array>;
