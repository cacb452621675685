import { HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { ObjectEntry } from "@pomona/core";
import { isCode, toS3StoreError } from "./s3-errors.ts";
import { decodeListedKey, entryOf, isReadableKey } from "./s3-key.ts";
import { bucketAt, objectAt, type S3Place } from "./s3-place.ts";

/** The entry of an object; undefined where there is none. Throws StoreUnavailableError. */
export async function statObject(place: S3Place, key: string): Promise<ObjectEntry | undefined> {
  return (await headObject(place, key))?.entry;
}

/** With the {@link markName} that its writer left on it. */
export async function headObject(
  place: S3Place,
  key: string,
): Promise<{ entry: ObjectEntry; mark: string | undefined } | undefined> {
  if (!isReadableKey(key)) return undefined;
  try {
    const output = await place.client.send(new HeadObjectCommand(objectAt(place, key)));
    return { entry: entryOf(key, output.ContentLength ?? 0, output), mark: output.Metadata?.[markName] };
  } catch (error) {
    if (isCode(error, "NoSuchKey")) return undefined;
    if (isCode(error, "AccessDenied") && (await isAbsentFromListing(place, key))) return undefined;
    throw toS3StoreError("stat", key, place, error);
  }
}

/** Metadata that tells a writer whether an object that it finds is the one that it wrote. */
export const markName = "pomona-write";

/**
 * "Exists" may be the answer to a repetition of our own request whose answer was lost: then the object bears our mark.
 */
export async function whoseIs(place: S3Place, key: string, mark: string): Promise<"created" | "exists"> {
  return (await headObject(place, key))?.mark === mark ? "created" : "exists";
}

/**
 * S3 answers 403 for a key that is not there to those who may not list. Whoever may list can know by listing: false
 * where the key is there, or where listing is refused too.
 */
export async function isAbsentFromListing(place: S3Place, key: string): Promise<boolean> {
  const Prefix = place.prefix + key;
  const command = new ListObjectsV2Command({ ...bucketAt(place), Prefix, MaxKeys: 1, EncodingType: "url" });
  try {
    const { Contents = [], EncodingType } = await place.client.send(command);
    const [first] = Contents.map(({ Key = "" }) => (EncodingType === "url" ? decodeListedKey(Key) : Key));
    return first !== Prefix;
  } catch {
    return false;
  }
}
