/**
 * Number of colour components of a JPEG (1 grey, 3 colour, 4 CMYK or YCCK) from its frame header (ITU T.81 B.2.2), or
 * undefined where none is found. Takes microseconds, where opening the file with libvips takes 0.15 ms.
 */
export function jpegComponents(bytes: Uint8Array): number | undefined {
  let i = 2;
  while (i + 9 < bytes.length) {
    if (bytes[i] !== 0xff) {
      // Decoders skip stray bytes between segments.
      i++;
      continue;
    }
    const marker = bytes[i + 1];
    if (isFrameHeader(marker)) return bytes[i + 9];
    // Fill bytes and the markers without a length.
    if (marker === 0xff) i += 1;
    else if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9)) i += 2;
    else i += 2 + (bytes[i + 2] << 8) + bytes[i + 3];
  }
  return undefined;
}

/** SOF0 to SOF15; DHT, JPG and DAC lie between them. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
