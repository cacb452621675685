import { createHash } from "node:crypto";
import { PomonaError } from "@pomona/core";
import type { Moments } from "@pomona/stats";

/** Which rows the moments are of. */
export interface MomentsSource {
  readonly run: string;
  readonly fingerprint: string;
  readonly group: number;
  /** Batches `from` (inclusive) to `to` (exclusive). */
  readonly from: number;
  readonly to: number;
  /** Generations that tried images of these batches again, as far as their rows count here. */
  readonly layers: readonly number[];
}

export interface MomentsFile {
  readonly source: MomentsSource;
  readonly moments: Moments;
}

interface Header extends Omit<MomentsSource, "layers">, Partial<Pick<MomentsSource, "layers">> {
  readonly name: "pomona.moments";
  readonly version: 1;
  readonly count: number;
  readonly dimension: number;
}

const magic = Buffer.from("PMOM");
const digestBytes = 32;

/**
 * `g<g>/moments/<group>.bin`, little-endian:
 *
 *     "PMOM" | uint32 header length | header, JSON | mean float64[d] | co-moments float64[d(d+1)/2] | sha256 of all that
 *
 * 6.5 MB at d = 1280. Same moments, same bytes.
 */
export function encodeMoments({ source, moments }: MomentsFile): Uint8Array {
  const { run, fingerprint, group, from, to, layers } = source;
  const { count, dimension, mean, comoment } = moments;
  const fields: Header = {
    name: "pomona.moments",
    version: 1,
    run,
    fingerprint,
    group,
    from,
    to,
    count,
    dimension,
    // Most have none, and are as those of an earlier version.
    ...(layers.length > 0 && { layers }),
  };
  const header = Buffer.from(JSON.stringify(fields));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const content = Buffer.concat([magic, length, header, bytesOf(mean), bytesOf(comoment)]);
  return Buffer.concat([content, createHash("sha256").update(content).digest()]);
}

/** Throws {@link PomonaError} `damaged-moments` where the bytes are not whole, or not moments of this version. */
export function decodeMoments(bytes: Uint8Array, key: string): MomentsFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = buffer.subarray(0, Math.max(0, buffer.length - digestBytes));
  const digest = createHash("sha256").update(content).digest();
  if (!digest.equals(buffer.subarray(content.length))) throw damaged(key, "its content does not match its hash");
  if (!content.subarray(0, 4).equals(magic)) throw damaged(key, "it is another kind of file");
  const start = 8 + content.readUInt32LE(4);
  const header = JSON.parse(content.toString("utf8", 8, start)) as Header;
  if (header.name !== "pomona.moments" || header.version !== 1) throw damaged(key, "it is of another version");
  const { run, fingerprint, group, from, to, layers = [], count, dimension } = header;
  // Copied: the numbers need not begin at a multiple of 8 bytes.
  const values = new Float64Array(Uint8Array.from(content.subarray(start)).buffer);
  return {
    source: { run, fingerprint, group, from, to, layers },
    moments: { count, dimension, mean: values.subarray(0, dimension), comoment: values.subarray(dimension) },
  };
}

export function isSameSource(a: MomentsSource, b: MomentsSource): boolean {
  const names = ["run", "fingerprint", "group", "from", "to"] as const;
  return names.every((name) => a[name] === b[name]) && a.layers.join() === b.layers.join();
}

function damaged(key: string, why: string): PomonaError {
  return new PomonaError("damaged-moments", `moments ${key} are unusable: ${why}`, {
    remedy: "Run the same command again to make them anew.",
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
