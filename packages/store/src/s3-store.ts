import type { S3Client } from "@aws-sdk/client-s3";
import type { GetOptions, LentRequest, ListOptions, ObjectBody, ObjectEntry, ObjectStore } from "@pomona/core";
import { createS3Client } from "./s3-client.ts";
import { copyObject } from "./s3-copy.ts";
import { deleteObjects } from "./s3-delete.ts";
import { getObject, streamObject } from "./s3-get.ts";
import { listObjects } from "./s3-list.ts";
import type { S3Options } from "./s3-options.ts";
import type { S3Place } from "./s3-place.ts";
import { putObject } from "./s3-put.ts";
import { ReadRequests } from "./s3-read-requests.ts";
import { statObject } from "./s3-stat.ts";

/**
 * Objects below a prefix of a bucket, of S3 or a server that honours `If-None-Match` and `If-Match` as S3 does.
 * Requests are repeated by the SDK, bodies by this store; what still fails is weather (StoreUnavailableError) or, where
 * waiting cannot help, a PomonaError: no such bucket, wrong region, archived object. `modifiedAt` is in whole seconds.
 */
export class S3Store implements ObjectStore {
  readonly uri: string;
  readonly #place: S3Place;
  readonly #requests: ReadRequests;

  constructor(client: S3Client, location: Pick<S3Place, "bucket" | "prefix">, options: S3Options = {}) {
    this.uri = `s3://${location.bucket}/${location.prefix}`;
    this.#place = { ...location, client, uri: this.uri, options };
    this.#requests = new ReadRequests(this.#place);
  }

  list(options?: ListOptions): AsyncIterable<ObjectEntry> {
    return listObjects(this.#place, options);
  }

  stat(key: string): Promise<ObjectEntry | undefined> {
    return statObject(this.#place, key);
  }

  get(key: string, options?: GetOptions): Promise<Uint8Array> {
    return getObject(this.#place, key, options);
  }

  async lendRequest(key: string): Promise<LentRequest | undefined> {
    const request = await this.#requests.of(key);
    return request && { request, succeeded: () => {} };
  }

  stream(key: string): AsyncIterable<Uint8Array> {
    return streamObject(this.#place, key);
  }

  putIfAbsent(key: string, body: ObjectBody): Promise<"created" | "exists"> {
    return putObject(this.#place, key, body, { onlyIfAbsent: true });
  }

  async put(key: string, body: ObjectBody): Promise<void> {
    await putObject(this.#place, key, body, { onlyIfAbsent: false });
  }

  copy(from: string, to: string): Promise<void> {
    return copyObject(this.#place, from, to);
  }

  delete(keys: readonly string[]): Promise<void> {
    return deleteObjects(this.#place, keys);
  }
}

/** Stores that are opened with the same options share their connections and credentials, however many they are. */
const clients = new WeakMap<S3Options, Promise<S3Client>>();

/** The store at `bucket/prefix`. Nothing is read or written yet. */
export async function openS3Store(path: string, options: S3Options = {}): Promise<S3Store> {
  const slash = path.indexOf("/");
  const [bucket, prefix] = slash < 0 ? [path, ""] : [path.slice(0, slash), `${path.slice(slash + 1)}/`];
  const client = clients.get(options) ?? createS3Client(options);
  clients.set(options, client);
  return new S3Store(await client, { bucket, prefix }, options);
}
