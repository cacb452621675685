import type { ObjectStore } from "@pomona/core";
import { FolderStore } from "./folder-store.ts";
import { type Location, parseLocation } from "./location.ts";
import { MemoryStore } from "./memory-store.ts";
import type { S3Options } from "./s3-options.ts";
import type { SkipReason } from "./walk.ts";

export interface OpenStoreOptions {
  /** What relative folders are relative to. */
  readonly cwd: string;
  /** The place must be there already, as for an input. Without it a folder is made by the first object put into it. */
  readonly mustExist?: boolean;
  /** Told of everything that lies in a folder and is no object: see {@link FolderStore}. */
  readonly onSkip?: (key: string, why: SkipReason) => void;
  /** How S3 is spoken to, where the location is there. */
  readonly s3?: S3Options | undefined;
}

type Opener = (location: Location, options: OpenStoreOptions) => Promise<ObjectStore>;

const openers: Record<Location["scheme"], Opener> = {
  file: async ({ path }, { mustExist, onSkip }) => new FolderStore(path, { mustExist, onSkip }),
  memory: async () => new MemoryStore(),
  // Imported when it is wanted: the SDK takes longer to load than a small folder to list.
  s3: async ({ path }, { s3 }) => (await import("./s3-store.ts")).openS3Store(path, s3),
};

/** The store at a location as {@link parseLocation} reads it. Nothing is read or written yet. */
export async function openStore(text: string, options: OpenStoreOptions): Promise<ObjectStore> {
  const location = parseLocation(text, options.cwd);
  return openers[location.scheme](location, options);
}
