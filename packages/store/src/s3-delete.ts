import { type _Error, DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3";
import { toS3StoreError } from "./s3-errors.ts";
import { checkWritableKey } from "./s3-key.ts";
import { bucketAt, objectAt, type S3Place } from "./s3-place.ts";

/** S3 takes at most so many keys a request. */
const keysPerRequest = 1000;

/** Characters that XML 1.0 cannot hold, not even escaped: such keys are deleted one at a time. */
const unfitForXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Deletes objects, a thousand a request. In a versioned bucket their older versions stay. */
export async function deleteObjects(place: S3Place, keys: readonly string[]): Promise<void> {
  for (const key of keys) checkWritableKey(place.prefix, key);
  const fit = keys.filter((key) => !unfitForXml.test(key));
  for (let done = 0; done < fit.length; done += keysPerRequest) {
    await deleteTogether(place, fit.slice(done, done + keysPerRequest));
  }
  for (const key of keys.filter((key) => unfitForXml.test(key))) await deleteAlone(place, key);
}

async function deleteTogether(place: S3Place, keys: readonly string[]): Promise<void> {
  const Objects = keys.map((key) => ({ Key: place.prefix + key }));
  const command = new DeleteObjectsCommand({ ...bucketAt(place), Delete: { Objects, Quiet: true } });
  try {
    const { Errors = [] } = await place.client.send(command);
    const [first] = Errors.filter(({ Code }) => Code !== "NoSuchKey");
    if (first !== undefined) throw refusal(first);
  } catch (error) {
    throw toS3StoreError("delete", keyOf(error, place) ?? keys[0] ?? "", place, error);
  }
}

async function deleteAlone(place: S3Place, key: string): Promise<void> {
  try {
    await place.client.send(new DeleteObjectCommand(objectAt(place, key)));
  } catch (error) {
    throw toS3StoreError("delete", key, place, error);
  }
}

/** The request as a whole succeeded, so the SDK makes no error of it. */
function refusal({ Code = "Error", Message = "", Key }: _Error): Error {
  const error = new Error(Message);
  return Object.assign(error, { name: Code, $metadata: {}, refusedKey: Key });
}

function keyOf(error: unknown, { prefix }: S3Place): string | undefined {
  const { refusedKey } = error as { readonly refusedKey?: string };
  return refusedKey?.startsWith(prefix) ? refusedKey.slice(prefix.length) : undefined;
}
