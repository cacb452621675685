import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import {
  ChangedObjectError,
  DamagedObjectError,
  type GetOptions,
  MissingObjectError,
  type ObjectEntry,
  StoreUnavailableError,
} from "@pomona/core";
import { rangeWithin } from "./get-rules.ts";
import { BrokenBodyError, piecesOf, readBody } from "./s3-body.ts";
import { isCode, toS3StoreError } from "./s3-errors.ts";
import { entryOf, isReadableKey } from "./s3-key.ts";
import { objectAt, type S3Place } from "./s3-place.ts";
import { isAbsentFromListing, statObject } from "./s3-stat.ts";
import { isSameVersion } from "./same-version.ts";

/** Times that an object is asked for again because its body broke off: the SDK repeats requests, not bodies. */
const bodyAttempts = 5;

interface OpenObject {
  readonly body: Readable;
  /** Bytes of the body. */
  readonly length: number;
  readonly entry: ObjectEntry;
}

/** The whole object or a range of it; request and body are one attempt. */
export async function getObject(place: S3Place, key: string, options: GetOptions = {}): Promise<Uint8Array> {
  const { range, expect, maxBytes, signal } = options;
  signal?.throwIfAborted();
  if (range !== undefined) {
    rangeWithin({ key, size: Number.MAX_SAFE_INTEGER, modifiedAt: 0 }, range);
    if (range.start === range.end) return emptyRange(place, key, expect);
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await openObject(place, key, { range, expect, signal });
      if (found === undefined) return await emptyRange(place, key, expect);
      return await readFound(found, { range, maxBytes });
    } catch (error) {
      signal?.throwIfAborted();
      await pauseIfBroken(place, key, error, attempt, signal);
    }
  }
}

/** The object in the chunks that arrive. A body that breaks off is continued where it did, in the same version. */
export async function* streamObject(place: S3Place, key: string): AsyncGenerator<Uint8Array> {
  let whole: ObjectEntry | undefined;
  let done = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const range = done === 0 ? undefined : { start: done, end: Number.MAX_SAFE_INTEGER };
      const { body, entry } = (await openObject(place, key, { range, expect: whole })) ?? changed(place, key);
      whole ??= entry;
      for await (const chunk of piecesOf(body)) {
        done += chunk.length;
        attempt = 1;
        yield chunk;
      }
      if (done === whole.size) return;
      throw new BrokenBodyError(`${done} bytes came of ${whole.size}`);
    } catch (error) {
      // Broken at its very end: the checksum says that what was given is wrong.
      const last = done === whole?.size ? bodyAttempts : attempt;
      await pauseIfBroken(place, key, error, last);
    }
  }
}

/** Opens a body, which the caller must read or destroy; undefined where the range begins after the object's end. */
async function openObject(
  place: S3Place,
  key: string,
  { range, expect, signal }: Pick<GetOptions, "range" | "expect" | "signal">,
): Promise<OpenObject | undefined> {
  if (!isReadableKey(key)) throw new MissingObjectError(key, place.uri);
  const command = new GetObjectCommand({
    ...objectAt(place, key),
    ...(range !== undefined && { Range: rangeHeader(range) }),
    ...(expect?.etag !== undefined && { IfMatch: `"${expect.etag}"` }),
  });
  try {
    const output = await place.client.send(command, signal === undefined ? {} : { abortSignal: signal });
    const length = output.ContentLength ?? 0;
    const total = Number(output.ContentRange?.split("/")[1] ?? length);
    const body = output.Body as Readable;
    const entry = entryOf(key, total, output);
    if (expect === undefined || isSameVersion(entry, expect)) return { body, length, entry };
    body.destroy();
    throw new ChangedObjectError(key, place.uri);
  } catch (error) {
    if (isCode(error, "InvalidRange")) return undefined;
    if (isCode(error, "PreconditionFailed")) throw new ChangedObjectError(key, place.uri);
    if (isCode(error, "AccessDenied") && (await isAbsentFromListing(place, key))) {
      throw new MissingObjectError(key, place.uri);
    }
    throw error;
  }
}

async function readFound(
  { body, length, entry }: OpenObject,
  { range, maxBytes }: Pick<GetOptions, "range" | "maxBytes">,
): Promise<Uint8Array> {
  try {
    const { start, end } = rangeWithin(entry, range, maxBytes);
    if (end - start !== length) throw new BrokenBodyError(`${length} bytes are announced, not ${end - start}`);
  } catch (error) {
    body.destroy();
    throw error;
  }
  return readBody(body, length);
}

/** No bytes to read, but there must be the object. */
async function emptyRange(place: S3Place, key: string, expect: GetOptions["expect"]): Promise<Uint8Array> {
  const entry = await statObject(place, key);
  if (entry === undefined) throw new MissingObjectError(key, place.uri);
  if (expect !== undefined && !isSameVersion(entry, expect)) throw new ChangedObjectError(key, place.uri);
  return new Uint8Array();
}

async function pauseIfBroken(
  place: S3Place,
  key: string,
  error: unknown,
  attempt: number,
  signal?: AbortSignal,
): Promise<void> {
  if (!(error instanceof BrokenBodyError)) throw toS3StoreError("get", key, place, error);
  place.options.onFailedRequest?.({ command: "GetObjectCommand", code: error.name });
  if (attempt >= bodyAttempts) {
    // On its way here a byte may change once; the same body with a wrong checksum time after time lies there so.
    throw error.isMismatch
      ? new DamagedObjectError(key, place.uri, error)
      : new StoreUnavailableError("get", key, place.uri, error);
  }
  await sleep(50 * 2 ** attempt * (0.5 + Math.random() / 2), undefined, signal && { signal });
}

function changed(place: S3Place, key: string): never {
  throw new ChangedObjectError(key, place.uri);
}

function rangeHeader({ start, end }: NonNullable<GetOptions["range"]>): string {
  return `bytes=${start}-${end === Number.MAX_SAFE_INTEGER ? "" : end - 1}`;
}
