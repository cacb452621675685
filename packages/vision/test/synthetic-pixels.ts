import { pixelLength } from "../src/architecture.ts";

/** Images of noise: the generator of `test/parity/make_feature_goldens.py`, seeds 1, 2, …, one image after the other. */
export function syntheticPixels(n: number): Uint8Array {
  const pixels = new Uint8Array(n * pixelLength);
  for (let image = 0; image < n; image++) {
    let state = image + 1;
    for (let i = 0; i < pixelLength; i++) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      pixels[image * pixelLength + i] = state >>> 24;
    }
  }
  return pixels;
}
