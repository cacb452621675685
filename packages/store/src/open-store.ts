import type { ObjectStore } from "@pomona/core";
import { FolderStore } from "./folder-store.ts";
import { type Location, parseLocation } from "./location.ts";
import { MemoryStore } from "./memory-store.ts";
import type { SkipReason } from "./walk.ts";

export interface OpenStoreOptions {
  /** What relative folders are relative to. */
  readonly cwd: string;
  /** The place must be there already, as for an input. Without it a folder is made by the first object put into it. */
  readonly mustExist?: boolean;
  /** Told of everything that lies in a folder and is no object: see {@link FolderStore}. */
  readonly onSkip?: (key: string, why: SkipReason) => void;
}

type Opener = (location: Location, options: OpenStoreOptions) => Promise<ObjectStore>;

const openers: Record<Location["scheme"], Opener> = {
  file: async ({ path }, { mustExist, onSkip }) => new FolderStore(path, { mustExist, onSkip }),
  memory: async () => new MemoryStore(),
  s3: async ({ uri }) => {
    throw new Error(`${uri}: this version reads and writes folders only; S3 comes with a later version`);
  },
};

/** The store at a location as {@link parseLocation} reads it. Nothing is read or written yet. */
export async function openStore(text: string, options: OpenStoreOptions): Promise<ObjectStore> {
  const location = parseLocation(text, options.cwd);
  return openers[location.scheme](location, options);
}
