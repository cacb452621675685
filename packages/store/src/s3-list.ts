import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { compareKeys, displayKey, type ListOptions, type ObjectEntry, PomonaError } from "@pomona/core";
import { toS3StoreError } from "./s3-errors.ts";
import { decodeListedKey, entryOf, wellFormedHead } from "./s3-key.ts";
import { bucketAt, type S3Place } from "./s3-place.ts";

/** S3 gives at most so many a page. */
const pageKeys = 1000;

/**
 * Objects in the order of keys. The next page is asked for while one is given. Throws {@link PomonaError}
 * `listing-disorder` for a server that does not keep the order, since everything after relies on it.
 */
export async function* listObjects(
  place: S3Place,
  { prefix = "", after = "", signal }: ListOptions = {},
): AsyncGenerator<ObjectEntry> {
  signal?.throwIfAborted();
  let previous = after;
  for await (const page of pages(place, { prefix, after, signal })) {
    for (const entry of page) {
      signal?.throwIfAborted();
      if (!entry.key.startsWith(prefix) || compareKeys(entry.key, after) <= 0) continue;
      if (previous !== after && compareKeys(previous, entry.key) >= 0) throw disorder(place, previous, entry.key);
      previous = entry.key;
      yield entry;
    }
  }
  signal?.throwIfAborted();
}

async function* pages(
  place: S3Place,
  { prefix, after, signal }: { prefix: string; after: string; signal: AbortSignal | undefined },
): AsyncGenerator<ObjectEntry[]> {
  const stop = new AbortController();
  const abortSignal = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const startAfter = wellFormedHead(after);
  const ask = (token?: string): Promise<ListObjectsV2CommandOutput> => {
    const command = new ListObjectsV2Command({
      ...bucketAt(place),
      Prefix: place.prefix + wellFormedHead(prefix),
      MaxKeys: pageKeys,
      EncodingType: "url",
      ...(startAfter !== "" && { StartAfter: place.prefix + startAfter }),
      ...(token !== undefined && { ContinuationToken: token }),
    });
    const answer = place.client.send(command, { abortSignal });
    // Heard of when its turn comes, if it comes.
    answer.catch(() => {});
    return answer;
  };
  try {
    let asked: Promise<ListObjectsV2CommandOutput> | undefined = ask();
    while (asked !== undefined) {
      const page: ListObjectsV2CommandOutput = await asked;
      asked = page.IsTruncated === true ? ask(page.NextContinuationToken) : undefined;
      yield entriesOf(place, page);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw toS3StoreError("list", prefix, place, error);
  } finally {
    stop.abort();
  }
}

function entriesOf({ prefix }: S3Place, { Contents = [], EncodingType }: ListObjectsV2CommandOutput): ObjectEntry[] {
  return Contents.map((object) => {
    const key = EncodingType === "url" ? decodeListedKey(object.Key ?? "") : (object.Key ?? "");
    return entryOf(key.slice(prefix.length), object.Size ?? 0, object);
    // The prefix itself is the marker of a folder, no object below it.
  }).filter(({ key }) => key !== "");
}

function disorder({ uri }: S3Place, before: string, key: string): PomonaError {
  return new PomonaError("listing-disorder", `${uri} lists ${displayKey(key)} after ${displayKey(before)}`, {
    remedy:
      "S3 lists in the byte order of keys; directory buckets (S3 Express) do not. Give a list: --keys-from FILE --sort-keys.",
  });
}
