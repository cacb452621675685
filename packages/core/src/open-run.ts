import type { ObjectStore } from "./object-store.ts";
import type { RunFile } from "./run-file.ts";

/** A run as a worker or reducer meets it: found by its id alone, with its stores open. */
export interface OpenRun {
  readonly file: RunFile;
  readonly input: ObjectStore;
  readonly out: ObjectStore;
}

/** Finds runs by id. The same promise is answered for the same id until the opener is closed. */
export type RunOpener = (run: string) => Promise<OpenRun>;
