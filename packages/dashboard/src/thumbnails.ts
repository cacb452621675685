import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { MissingObjectError, type ObjectStore, ObjectTooLargeError } from "@pomona/core";
import type { RunView } from "./run-view.ts";
import { ThumbnailProcess } from "./thumbnail-process.ts";

/** Some megabytes of small JPEGs. */
const maxKept = 1000;

/**
 * Pictures of images in quarantine. Links to them are signed, so that nobody can ask for what no page showed: an input may
 * hold more than a run took of it.
 */
export class Thumbnails {
  readonly #openInput: (uri: string) => Promise<ObjectStore>;
  readonly #process = new ThumbnailProcess();
  readonly #secret = randomBytes(32);
  readonly #kept = new Map<string, Uint8Array | undefined>();

  constructor(openInput: (uri: string) => Promise<ObjectStore>) {
    this.#openInput = openInput;
  }

  /** To be put into a link. */
  sign(run: string, path: string): string {
    return createHmac("sha256", this.#secret).update(`${run}\n${path}`).digest("base64url");
  }

  isSigned(run: string, path: string, signature: string): boolean {
    const [known, given] = [Buffer.from(this.sign(run, path)), Buffer.from(signature)];
    return known.length === given.length && timingSafeEqual(known, given);
  }

  /** A JPEG; undefined where nothing can be seen, or where there is nothing any more. */
  async picture(view: RunView, path: string): Promise<Uint8Array | undefined> {
    const file = await view.file();
    if (file === undefined || !path.startsWith(file.input)) return undefined;
    const input = await this.#openInput(file.input);
    const key = path.slice(file.input.length);
    const entry = await input.stat(key);
    if (entry === undefined) return undefined;
    // Another version of the object is another picture.
    const name = JSON.stringify([file.input, key, entry.size, entry.modifiedAt, entry.etag]);
    if (this.#kept.has(name)) return this.#kept.get(name);
    const bytes = await getSmall(input, key, file.features.maxBytes);
    const picture = bytes && (await this.#process.make(bytes, file.features.maxPixels));
    this.#kept.set(name, picture);
    const [oldest = ""] = this.#kept.keys();
    if (this.#kept.size > maxKept) this.#kept.delete(oldest);
    return picture;
  }

  close(): void {
    this.#process.close();
  }
}

async function getSmall(input: ObjectStore, key: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await input.get(key, { maxBytes });
  } catch (error) {
    if (error instanceof MissingObjectError || error instanceof ObjectTooLargeError) return undefined;
    throw error;
  }
}
