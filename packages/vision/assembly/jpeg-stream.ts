// Entropy-coded data (ITU T.81 B.1.1.5, F.1.2.3) made ready for the bit reader: 0xff 0x00 becomes 0xff, and every four
// bytes are turned around, so that a 32-bit load gives the next 32 bits in their order.

/** Where the marker lies that ended the last segment: its 0xff. */
export let markerAt: usize = 0;

/**
 * Copies the data from `source` up to the next marker to `target`, where at most 63 bytes more than that are written.
 * `markerAt` says where it stopped: at a marker, or at `end` where none came.
 *
 * @returns number of bytes without stuffing
 */
export function unstuff(source: usize, end: usize, target: usize): usize {
  let out = target;
  while (true) {
    if (source + 16 <= end) {
      const bytes = v128.load(source);
      v128.store(out, bytes);
      const marks = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
      const clean: usize = marks ? <usize>ctz(marks) : 16;
      source += clean;
      out += clean;
      if (!marks) continue;
    } else {
      while (source < end && load<u8>(source) !== 0xff) store<u8>(out++, load<u8>(source++));
      if (source >= end) break;
    }
    if (source + 1 >= end) {
      source = end;
      break;
    }
    if (load<u8>(source, 1) !== 0) break;
    store<u8>(out++, 0xff);
    source += 2;
  }
  markerAt = source;
  v128.store(out, i8x16.splat(0));
  v128.store(out, i8x16.splat(0), 16);
  for (let at = target; at < out; at += 16) {
    v128.store(at, i8x16.swizzle(v128.load(at), i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)));
  }
  return out - target;
}
