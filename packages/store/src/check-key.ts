import { decodeKey, displayKey, encodeKey, isDecodable } from "@pomona/core";

const maxPartBytes = 255;

/**
 * The key's bytes, after checking that every kind of store can hold it: relative, `/` between non-empty parts that are
 * neither `.` nor `..` nor longer than 255 bytes, no NUL. All other characters are allowed.
 */
export function checkedKeyBytes(key: string): Buffer {
  const bytes = encodeKey(key);
  const fault = faultOf(key, bytes);
  if (fault === undefined) return bytes;
  throw new Error(`${JSON.stringify(displayKey(key))} cannot be the key of an object: ${fault}`);
}

function faultOf(key: string, bytes: Buffer): string | undefined {
  if (key === "") return "it is empty";
  if (key.startsWith("/")) return "keys are relative, they do not start with /";
  if (key.includes("\0")) return "it contains a NUL character";
  // Escapes that together are valid UTF-8, or lone surrogates that are no escapes, would come back as another key.
  if (!isDecodable(key) && decodeKey(bytes) !== key) return "it is not well-formed Unicode";
  for (const part of key.split("/")) {
    if (part === "" || part === "." || part === "..") return `it has a part ${JSON.stringify(part)}`;
    if (part.length * 3 > maxPartBytes && encodeKey(part).length > maxPartBytes) {
      return `a part of it is longer than ${maxPartBytes} bytes`;
    }
  }
  return undefined;
}
