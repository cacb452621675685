import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { type Ended, mustRun, pomona, type RunFacts, runArguments } from "./pomona.ts";
import { makeScratch } from "./scratch.ts";

/** Runs of one inference process over a few drawings. */
export interface DrawnRuns {
  readonly scratch: string;
  /** Small drawings in three labels; no test changes them. */
  readonly drawings: string;
  /** How many. */
  readonly count: number;
  /** The path of a folder that is not there yet. */
  newOut(): string;
  newFolder(name: string): Promise<string>;
  run(input: string, out: string, ...more: readonly string[]): Promise<Ended>;
  /** Throws unless it succeeds. */
  succeed(input: string, out: string, ...more: readonly string[]): Promise<Ended & { json: RunFacts }>;
}

export async function drawnRuns(name: string): Promise<DrawnRuns> {
  const scratch = await makeScratch(name);
  const drawings = join(scratch, "drawings");
  const count = 12;
  let lastOut = 0;
  await drawPhotos(drawings, { count });
  return {
    scratch,
    drawings,
    count,
    newOut: () => join(scratch, `out-${++lastOut}`),
    async newFolder(path) {
      const folder = join(scratch, path);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    run: (input, out, ...more) => pomona(runArguments(input, out, "--workers", "1", ...more), { scratch }),
    succeed: (input, out, ...more) => mustRun(runArguments(input, out, "--workers", "1", ...more), { scratch }),
  };
}
