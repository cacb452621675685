/**
 * Keys as strings that lose nothing. A key is the name of an object below a store's root, with `/` between its parts.
 * File systems hold names that are not UTF-8; each byte that does not decode becomes a lone low surrogate
 * U+DC80…U+DCFF (Python's "surrogateescape", PEP 383), so that every name has one string and one way back.
 */
const escapeBase = 0xdc00;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeKey(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeWithEscapes(bytes);
  }
}

/** The key's bytes: UTF-8, with escaped bytes as they were. */
export function encodeKey(key: string): Buffer {
  if (isDecodable(key)) return Buffer.from(key, "utf8");
  const pieces: Buffer[] = [];
  for (const character of key) {
    const code = character.codePointAt(0) ?? 0;
    pieces.push(isEscape(code) ? Buffer.from([code - escapeBase]) : Buffer.from(character, "utf8"));
  }
  return Buffer.concat(pieces);
}

/** False when the name held bytes that are not UTF-8: such an object cannot have a path in the table. */
export function isDecodable(key: string): boolean {
  return key.isWellFormed();
}

/** The key for people: bytes that are not UTF-8 are shown as `\xNN`. */
export function displayKey(key: string): string {
  if (isDecodable(key)) return key;
  return Array.from(key, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return isEscape(code) ? `\\x${(code - escapeBase).toString(16)}` : character;
  }).join("");
}

/**
 * Order of every listing: the bytes of the whole key. JavaScript's own order compares UTF-16 units, which puts
 * U+1F34E before U+FF21; a walk of a tree puts `a/x` before `a-b/x`.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Below the surrogates UTF-16 order is code point order is UTF-8 order.
    if (x < 0xd800 && y < 0xd800) return x - y;
    return Buffer.compare(encodeKey(a), encodeKey(b));
  }
  return a.length - b.length;
}

const isEscape = (code: number): boolean => code >= 0xdc80 && code <= 0xdcff;

function decodeWithEscapes(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const size = sequenceLength(bytes, at);
    if (size === 0) {
      text += String.fromCharCode(escapeBase + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += decoder.decode(bytes.subarray(at, at + size));
      at += size;
    }
  }
  return text;
}

/** Bytes of the valid UTF-8 sequence at `at`; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (let size = 1; size <= 4 && at + size <= bytes.length; size++) {
    try {
      decoder.decode(bytes.subarray(at, at + size));
      return size;
    } catch {
      // A longer sequence may still be valid.
    }
  }
  return 0;
}
