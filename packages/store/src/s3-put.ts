import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { ObjectBody } from "@pomona/core";
import type { PutCondition } from "./put-condition.ts";
import { partsOf } from "./s3-body-parts.ts";
import { attemptsOf, isCode, toS3StoreError } from "./s3-errors.ts";
import { checkWritableKey } from "./s3-key.ts";
import { encryptionOf, objectAt, type S3Place } from "./s3-place.ts";
import { markName, whoseIs } from "./s3-stat.ts";
import { uploadParts } from "./s3-upload.ts";

/**
 * Answers with 409 while another write is under way: nothing was decided, and asking again is right. The last one is
 * versitygw's, when another writer removes the folder that its file was to be put into.
 */
const conflictCodes = ["ConditionalRequestConflict", "OperationAborted", "ExistingObjectIsDirectory"] as const;
const conflictAttempts = 8;

/**
 * Stores a body under a key, in one request where it fits into one part. A streamed body is held a part at a time; when
 * it fails nothing is stored.
 */
export async function putObject(
  place: S3Place,
  key: string,
  body: ObjectBody,
  condition: PutCondition,
): Promise<"created" | "exists"> {
  checkWritableKey(place.prefix, key);
  try {
    if (body instanceof Uint8Array) return await putBytes(place, key, body, condition);
    const parts = partsOf(body, place.options.partBytes);
    const { value: first = new Uint8Array(), done } = await parts.next();
    const second = done === true ? undefined : (await parts.next()).value;
    if (second === undefined) return await putBytes(place, key, first, condition);
    return await uploadParts(place, key, [first, second], parts, condition);
  } catch (error) {
    throw toS3StoreError("put", key, place, error);
  }
}

async function putBytes(
  place: S3Place,
  key: string,
  bytes: Uint8Array,
  { onlyIfAbsent }: PutCondition,
): Promise<"created" | "exists"> {
  const mark = randomUUID();
  const request = { ...objectAt(place, key), ...encryptionOf(place), Body: bytes };
  const conditional = { ...request, IfNoneMatch: "*", Metadata: { [markName]: mark } };
  for (let attempt = 1; ; attempt++) {
    try {
      await place.client.send(new PutObjectCommand(onlyIfAbsent ? conditional : request));
      return "created";
    } catch (error) {
      if (onlyIfAbsent && isCode(error, "PreconditionFailed")) {
        // One request was enough to know that it is another's.
        return attemptsOf(error) === 1 ? "exists" : await whoseIs(place, key, mark);
      }
      if (!isCode(error, ...conflictCodes) || attempt === conflictAttempts) throw error;
    }
    await sleep(20 * 2 ** attempt * (0.5 + Math.random() / 2));
  }
}
