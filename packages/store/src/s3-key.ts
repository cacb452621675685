import { decodeKey, displayKey, isDecodable, type ObjectEntry } from "@pomona/core";
import { checkedKeyBytes } from "./check-key.ts";
import { versionOf } from "./same-version.ts";

const maxKeyBytes = 1024;

/** Refuses what S3, or another kind of store that the object may be copied to, cannot hold. */
export function checkWritableKey(prefix: string, key: string): void {
  const bytes = checkedKeyBytes(key).length + Buffer.byteLength(prefix);
  const fault = !isDecodable(key)
    ? "S3 has keys of UTF-8 only"
    : bytes > maxKeyBytes
      ? `with its prefix it has ${bytes} bytes, S3 allows ${maxKeyBytes}`
      : undefined;
  if (fault !== undefined)
    throw new Error(`${JSON.stringify(displayKey(key))} cannot be the key of an object: ${fault}`);
}

/** Whether S3 may hold an object of this key. Keys of others are read as they are: `a//b` and `../a` are names there. */
export function isReadableKey(key: string): boolean {
  return key !== "" && isDecodable(key);
}

/** A key as a listing with `EncodingType=url` gives it. Bytes that are not UTF-8 are escaped as in file names. */
export function decodeListedKey(encoded: string): string {
  if (!/[%+]/.test(encoded)) return encoded;
  const plain = encoded.replaceAll("+", " ");
  try {
    return decodeURIComponent(plain);
  } catch {
    const bytes = plain.replaceAll(/%([0-9A-Fa-f]{2})|[^%]+/g, (text, hex: string | undefined) =>
      hex === undefined ? Buffer.from(text, "utf8").toString("latin1") : String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return decodeKey(Buffer.from(bytes, "latin1"));
  }
}

/** The part of a key before its first byte that is not UTF-8: as much of it as a request can hold. */
export function wellFormedHead(key: string): string {
  return isDecodable(key)
    ? key
    : key.slice(
        0,
        key
          .toWellFormed()
          .split("")
          .findIndex((unit, i) => unit !== key[i]),
      );
}

/** An entry from what S3 says of an object. */
export function entryOf(key: string, size: number, said: Parameters<typeof versionOf>[1]): ObjectEntry {
  return { key, ...versionOf(size, said) };
}
