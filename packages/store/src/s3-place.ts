import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Options } from "./s3-options.ts";

/** A prefix of a bucket, and the client that speaks to it. */
export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  /** `s3://bucket/prefix/`. */
  readonly uri: string;
  readonly options: S3Options;
}

/** Bucket and key of an object, with what every request for it needs. */
export function objectAt({ bucket, prefix, options }: S3Place, key: string) {
  return { ...bucketAt({ bucket, options }), Key: prefix + key };
}

export function bucketAt({ bucket, options }: Pick<S3Place, "bucket" | "options">) {
  return { Bucket: bucket, ...(options.requestPayer === true && { RequestPayer: "requester" as const }) };
}

/** How new objects are encrypted. */
export function encryptionOf({ options: { kmsKeyId } }: S3Place) {
  return kmsKeyId === undefined ? {} : { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: kmsKeyId };
}
