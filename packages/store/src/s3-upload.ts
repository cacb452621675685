import { randomUUID } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type UploadPartCommandOutput,
} from "@aws-sdk/client-s3";
import type { PutCondition } from "./put-condition.ts";
import { isCode } from "./s3-errors.ts";
import { encryptionOf, objectAt, type S3Place } from "./s3-place.ts";
import { markName, whoseIs } from "./s3-stat.ts";

/** Parts in flight: one is sent while the next is gathered. */
const parallelParts = 2;

/** Sends one part of an upload and answers with what completes it. */
export type SendPart = (uploadId: string, partNumber: number) => Promise<CompletedPart>;

/** Uploads parts as they come, then makes them the object. Aborts the upload when anything fails. */
export async function uploadParts(
  place: S3Place,
  key: string,
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  condition: PutCondition,
): Promise<"created" | "exists"> {
  async function* senders(): AsyncGenerator<SendPart> {
    for (const part of first) yield sender(part);
    for await (const part of rest) yield sender(part);
  }
  const sender =
    (Body: Uint8Array): SendPart =>
    async (UploadId, PartNumber) => {
      const command = new UploadPartCommand({ ...objectAt(place, key), UploadId, PartNumber, Body });
      return completedPart(await place.client.send(command), PartNumber);
    };
  return multipart(place, key, senders(), { ...condition, checksum: checksumOf(place) });
}

/** One multipart upload of the parts that `senders` send. */
export async function multipart(
  place: S3Place,
  key: string,
  senders: AsyncIterable<SendPart>,
  { onlyIfAbsent, checksum = {} }: PutCondition & { readonly checksum?: ReturnType<typeof checksumOf> },
): Promise<"created" | "exists"> {
  const { client } = place;
  const object = objectAt(place, key);
  const mark = randomUUID();
  const create = { ...object, ...encryptionOf(place), ...checksum, Metadata: { [markName]: mark } };
  const { UploadId = "" } = await client.send(new CreateMultipartUploadCommand(create));
  try {
    const Parts = await sendAll(UploadId, senders);
    const complete = { ...object, UploadId, MultipartUpload: { Parts }, ...(onlyIfAbsent && { IfNoneMatch: "*" }) };
    await client.send(new CompleteMultipartUploadCommand(complete));
    return "created";
  } catch (error) {
    // An upload that is gone was completed by an attempt whose answer was lost.
    if (isCode(error, "PreconditionFailed", "NoSuchUpload")) {
      const owner = await whoseIs(place, key, mark);
      if (owner === "created" || isCode(error, "PreconditionFailed")) {
        if (owner === "exists") await abort(place, key, UploadId);
        return owner;
      }
    }
    await abort(place, key, UploadId);
    throw error;
  }
}

/** Announced with the upload: else a server may not know what to do with the checksums of its parts. */
function checksumOf({ options: { checksums } }: S3Place) {
  return checksums === "when-required" ? {} : { ChecksumAlgorithm: "CRC32" as const };
}

/** What the server says of a part, with the checksums that the SDK adds by itself. */
function completedPart({ ETag, ChecksumCRC32 }: UploadPartCommandOutput, PartNumber: number): CompletedPart {
  return { PartNumber, ...(ETag && { ETag }), ...(ChecksumCRC32 && { ChecksumCRC32 }) };
}

async function sendAll(uploadId: string, senders: AsyncIterable<SendPart>): Promise<CompletedPart[]> {
  const sending: Promise<CompletedPart>[] = [];
  try {
    for await (const send of senders) {
      await sending.at(-parallelParts);
      const part = send(uploadId, sending.length + 1);
      part.catch(() => {});
      sending.push(part);
    }
  } catch (error) {
    // Parts that arrive after the abort would be kept, and paid for, until somebody looks.
    await Promise.allSettled(sending);
    throw error;
  }
  return Promise.all(sending);
}

/** Best effort: a bucket's lifecycle rule removes what is left, and the first error is the one to tell. */
async function abort(place: S3Place, key: string, UploadId: string): Promise<void> {
  await place.client
    .send(new AbortMultipartUploadCommand({ ...objectAt(place, key), UploadId }))
    .catch(() => undefined);
}
