import type { GetOptions, ObjectEntry } from "@pomona/core";

type Version = Omit<ObjectEntry, "key">;

/** Whether the object is still the one that was listed: by etag where both have one, else by what is known of it. */
export function isSameVersion(found: Version, expect: NonNullable<GetOptions["expect"]>): boolean {
  if (found.etag !== undefined && expect.etag !== undefined) return found.etag === expect.etag;
  const { size = found.size, modifiedAt = found.modifiedAt } = expect;
  return found.size === size && found.modifiedAt === modifiedAt;
}

/**
 * What an answer of S3 says of the version. Times are cut to seconds, which is all that the headers of an object have; an
 * empty etag, as versitygw gives for files that were dropped into its folder, is none.
 */
export function versionOf(
  size: number,
  { LastModified, ETag }: { LastModified?: Date | undefined; ETag?: string | undefined },
): Version {
  const etag = ETag?.replaceAll('"', "") ?? "";
  const modifiedAt = Math.floor((LastModified?.getTime() ?? 0) / 1000) * 1000;
  return { size, modifiedAt, ...(etag !== "" && { etag }) };
}
