import type { Raster } from "./raster.ts";

/**
 * Pillow's `resize(..., NEAREST)` (`ImagingScaleAffine` in src/libImaging/Geometry.c): the source position is summed up
 * step by step in double, so its rounding errors are Pillow's too.
 *
 * @returns `width * height * 3` bytes, RGB
 */
export function resampleNearest(raster: Raster, width: number, height: number): Uint8Array {
  const { data } = raster;
  const columns = nearestPositions(raster.width, width);
  const rows = nearestPositions(raster.height, height);
  const out = new Uint8Array(width * height * 3);
  let o = 0;
  for (const row of rows) {
    for (const column of columns) {
      const i = (row * raster.width + column) * 3;
      out[o++] = data[i];
      out[o++] = data[i + 1];
      out[o++] = data[i + 2];
    }
  }
  return out;
}

function nearestPositions(inSize: number, outSize: number): Int32Array {
  const positions = new Int32Array(outSize);
  const step = inSize / outSize;
  let position = step * 0.5;
  for (let i = 0; i < outSize; i++) {
    positions[i] = Math.min(Math.floor(position), inSize - 1);
    position += step;
  }
  return positions;
}
