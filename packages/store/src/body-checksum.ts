import { createHash } from "node:crypto";

/** In the order in which the SDK prefers them. */
const algorithms = ["sha256", "sha1", "crc32", "crc32c", "crc64nvme"] as const;

/**
 * Whether the bytes are those whose checksum an answer of S3 bears. Without one they are taken as they come, and so are
 * objects that were uploaded in parts, of which S3 knows the checksums of the parts alone (`…-3`).
 */
export async function fitsChecksum(
  bytes: Uint8Array,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Promise<boolean> {
  for (const algorithm of algorithms) {
    const expected = headers[`x-amz-checksum-${algorithm}`];
    if (typeof expected !== "string" || /-\d+$/.test(expected)) continue;
    return Buffer.from(await digest(algorithm, bytes)).toString("base64") === expected;
  }
  return true;
}

async function digest(algorithm: (typeof algorithms)[number], bytes: Uint8Array): Promise<Uint8Array> {
  if (algorithm === "sha256" || algorithm === "sha1") return createHash(algorithm).update(bytes).digest();
  // Where it is wanted: what a process has loaded its garbage collector goes through.
  const { Crc32, Crc32c, Crc64Nvme } = await import("@aws-sdk/checksums/crc");
  const hash = algorithm === "crc32" ? new Crc32() : algorithm === "crc32c" ? new Crc32c() : new Crc64Nvme();
  hash.update(bytes);
  return hash.digest();
}
