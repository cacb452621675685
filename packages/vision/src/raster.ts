/** A decoded image: `width * height` RGB pixels, row by row from the top left, 3 bytes a pixel, no padding. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
