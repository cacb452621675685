// Decoding tables of a Huffman code (ITU T.81 annex C, F.2.2.3; libjpeg-turbo jdhuff.c).
//
// The next LOOKAHEAD bits index a table of u32 entries:
//
//     value << 16 | (run + 1) << 8 | bits   code and extra bits fit in: the coefficient, not 0; bits of both
//     symbol << 8 | bits                    the code fits in; bits of it alone
//     0                                     a longer code, or none
//
// Codes are canonical, so longer ones are found by the largest code of each length, as F.16 does.

const LOOKAHEAD: i32 = 10;
export const SHIFT: u64 = 64 - LOOKAHEAD;
const LONGEST: i32 = 16;
/** Symbols of DC are sizes; libjpeg refuses larger ones even where no block has them. */
const LARGEST_DC_SIZE: i32 = 15;
const LARGEST_CODES: usize = 4 << LOOKAHEAD;
const OFFSETS: usize = LARGEST_CODES + 4 * (LONGEST + 1);
const SYMBOLS: usize = OFFSETS + 4 * (LONGEST + 1);
const TABLE_BYTES: usize = SYMBOLS + 256;

/** Four tables for DC, then four for AC, as DHT numbers them. */
const tables = memory.data(8 * ((4 << 10) + 2 * 4 * 17 + 256), 16);

export function huffmanTable(slot: i32): usize {
  return tables + <usize>slot * TABLE_BYTES;
}

/** The coefficient that `size` extra bits stand for (F.2.2.1, EXTEND). */
export function extend(extra: i32, size: i32): i32 {
  return extra < 1 << (size - 1) ? extra - (1 << size) + 1 : extra;
}

/**
 * Builds a table from a DHT's 16 counts and its symbols. Entries hold coefficients of up to `largest`, so that the loop
 * over them needs no look at those.
 *
 * @returns whether it is a code that no decoder refuses: the code of all ones stays free
 */
export function buildHuffmanTable(slot: i32, counts: usize, largest: i32): bool {
  const table = huffmanTable(slot);
  memory.fill(table, 0, LARGEST_CODES);
  const symbols = counts + LONGEST;
  let code = 0;
  let index = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const count = <i32>load<u8>(counts + length - 1);
    store<i32>(table + OFFSETS + length * 4, index - code);
    for (let i = 0; i < count; i++) {
      // Before it is written: a code of more bits than its length has no place in the table.
      if (code + 1 >= 1 << length) return false;
      const symbol = <i32>load<u8>(symbols + index);
      if (slot < 4 && symbol > LARGEST_DC_SIZE) return false;
      store<u8>(table + SYMBOLS + index, <u8>symbol);
      if (length <= LOOKAHEAD) fill(table, code, length, symbol, largest);
      index++;
      code++;
    }
    store<i32>(table + LARGEST_CODES + length * 4, count ? code - 1 : -1);
    code <<= 1;
  }
  return true;
}

/** Fills the entries of all that begins with a code. */
function fill(table: usize, code: i32, length: i32, symbol: i32, largest: i32): void {
  const free = LOOKAHEAD - length;
  const size = symbol & 15;
  const first = table + (((<usize>code) << free) << 2);
  for (let rest = 0; rest < 1 << free; rest++) {
    let entry = (symbol << 8) | length;
    if (size && size <= free && 1 << size <= largest + 1) {
      const value = extend(rest >> (free - size), size);
      entry = (value << 16) | (((symbol >> 4) + 1) << 8) | (length + size);
    }
    store<i32>(first + ((<usize>rest) << 2), entry);
  }
}

/** The entry of a code that is longer than the lookup, at the top of `bits`; 0 where there is none. */
export function findLongCode(table: usize, bits: u64): u32 {
  for (let length = LOOKAHEAD + 1; length <= LONGEST; length++) {
    const code = <i32>(bits >> (64 - length));
    if (code > load<i32>(table + LARGEST_CODES + length * 4)) continue;
    const index = code + load<i32>(table + OFFSETS + length * 4);
    return ((<u32>load<u8>(table + SYMBOLS + index)) << 8) | length;
  }
  return 0;
}
