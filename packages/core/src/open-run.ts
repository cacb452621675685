import type { ObjectStore } from "./object-store.ts";
import type { RunFile, RunSettings } from "./run-file.ts";

/** A run as a worker or reducer meets it: found by its id alone, with its stores open. */
export interface OpenRun {
  readonly file: RunFile;
  /** As they were when the run was opened; a later request may have replaced them. */
  readonly settings: RunSettings;
  readonly input: ObjectStore;
  readonly out: ObjectStore;
  /** Output of the run that this one updates. */
  readonly earlier?: ObjectStore;
}

/** Finds runs by id. The same promise is answered for the same id until the opener is closed. */
export type RunOpener = (run: string) => Promise<OpenRun>;
