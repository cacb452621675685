/**
 * The high bytes of the linear congruential generator of Numerical Recipes: images that Python makes again to the byte
 * (test/parity).
 */
export function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
