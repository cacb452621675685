import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { dirname } from "node:path";

export interface FolderState {
  readonly path: string;
  readonly exists: boolean;
  /** Whether it, or where it does not exist the folder it would be made in, can be written to. */
  readonly writable: boolean;
  /** Bytes that a user may still write; null where the system does not say. */
  readonly freeBytes: number | null;
  /** Why it can't be written to. */
  readonly reason?: string;
}

/** Looks at an absolute folder, or at its nearest parent that exists, without changing anything. */
export async function lookAtFolder(path: string): Promise<FolderState> {
  let place = path;
  let failure = await refusal(place, constants.F_OK);
  const exists = failure === undefined;
  while (failure?.code === "ENOENT" && dirname(place) !== place) {
    place = dirname(place);
    failure = await refusal(place, constants.F_OK);
  }
  failure ??= await refusal(place, constants.W_OK | constants.X_OK);
  const free = await statfs(place).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  const state = { path, exists, writable: failure === undefined, freeBytes: free };
  return failure === undefined ? state : { ...state, reason: failure.message };
}

function refusal(path: string, mode: number): Promise<NodeJS.ErrnoException | undefined> {
  return access(path, mode).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  );
}
