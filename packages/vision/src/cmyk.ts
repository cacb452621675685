/**
 * Pillow's conversion (`cmyk2rgb` in src/libImaging/Convert.c), in integers: without ink profiles, exact to the byte.
 *
 * @param cmyk 4 bytes a pixel, 255 is full ink
 * @returns 3 bytes a pixel
 */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let i = 0, o = 0; i < cmyk.length; i += 4) {
    const light = 255 - cmyk[i + 3];
    rgb[o++] = light - multiplyBytes(cmyk[i], light);
    rgb[o++] = light - multiplyBytes(cmyk[i + 1], light);
    rgb[o++] = light - multiplyBytes(cmyk[i + 2], light);
  }
  return rgb;
}

/** a * b / 255, rounded (Pillow's MULDIV255); never above a or b. */
function multiplyBytes(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
