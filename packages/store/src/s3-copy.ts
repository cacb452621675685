import { CopyObjectCommand, UploadPartCopyCommand } from "@aws-sdk/client-s3";
import { MissingObjectError, StoreUnavailableError } from "@pomona/core";
import { isCode, toS3StoreError } from "./s3-errors.ts";
import { checkWritableKey } from "./s3-key.ts";
import { encryptionOf, objectAt, type S3Place } from "./s3-place.ts";
import { headObject } from "./s3-stat.ts";
import { multipart, type SendPart } from "./s3-upload.ts";

const defaultPartBytes = 1 << 30;

/** Copies within the bucket; no byte comes here. Above {@link defaultPartBytes} in parts of it. */
export async function copyObject(place: S3Place, from: string, to: string): Promise<void> {
  checkWritableKey(place.prefix, to);
  const found = await headObject(place, from);
  if (found === undefined) throw new MissingObjectError(from, place.uri);
  // S3 refuses to copy an object onto itself.
  if (from === to) return;
  const { size, etag } = found.entry;
  const source = {
    CopySource: copySource(place, from),
    ...(etag !== undefined && { CopySourceIfMatch: `"${etag}"` }),
  };
  const partBytes = place.options.copyPartBytes ?? defaultPartBytes;
  try {
    if (size > partBytes) {
      await multipart(place, to, partCopies(place, to, source, { size, partBytes }), { onlyIfAbsent: false });
    } else {
      await place.client.send(new CopyObjectCommand({ ...objectAt(place, to), ...encryptionOf(place), ...source }));
    }
  } catch (error) {
    if (isCode(error, "NoSuchKey")) throw new MissingObjectError(from, place.uri);
    // The source was replaced meanwhile: the whole copy may be tried again.
    if (isCode(error, "PreconditionFailed"))
      throw new StoreUnavailableError("put", to, place.uri, "its source changed");
    throw toS3StoreError("put", to, place, error);
  }
}

async function* partCopies(
  place: S3Place,
  to: string,
  source: { readonly CopySource: string; readonly CopySourceIfMatch?: string },
  { size, partBytes }: { readonly size: number; readonly partBytes: number },
): AsyncGenerator<SendPart> {
  for (let start = 0; start < size; start += partBytes) {
    const CopySourceRange = `bytes=${start}-${Math.min(start + partBytes, size) - 1}`;
    yield async (UploadId, PartNumber) => {
      const request = { ...objectAt(place, to), ...source, CopySourceRange, UploadId, PartNumber };
      const { CopyPartResult = {} } = await place.client.send(new UploadPartCopyCommand(request));
      return { PartNumber, ...(CopyPartResult.ETag && { ETag: CopyPartResult.ETag }) };
    };
  }
}

/** A header, so every character but the slashes is percent-encoded. */
function copySource({ bucket, prefix }: S3Place, key: string): string {
  return `${bucket}/${prefix}${key}`.split("/").map(encodeURIComponent).join("/");
}
