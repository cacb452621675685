import { MissingObjectError, StoreUnavailableError } from "@pomona/core";

/** An error thrown by the body that is being stored. It reaches the caller as it was: the store is not to blame. */
export class BodyError extends Error {}

/** The name that is wanted is a folder, or a part of its path is a file. */
export class NameTakenError extends Error {}

const gone = new Set(["ENOENT", "ENOTDIR"]);
const absent = new Set([...gone, "ELOOP", "ENAMETOOLONG"]);
const denied = new Set(["EACCES", "EPERM", "EROFS"]);

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function isGone(error: unknown): boolean {
  return gone.has(codeOf(error) ?? "");
}

/** Gone, or a name that no file can have. */
export function isAbsent(error: unknown): boolean {
  return absent.has(codeOf(error) ?? "");
}

/** `undefined` where the file is not there; any other failure is thrown. */
export async function unlessAbsent<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Failures of the file system become the errors of the ObjectStore contract; all others pass. */
export function toStoreError(
  operation: StoreUnavailableError["operation"],
  key: string,
  uri: string,
  error: unknown,
): unknown {
  if (error instanceof BodyError) return error.cause;
  if (codeOf(error) === undefined || !(error instanceof Error && "syscall" in error)) return error;
  if (operation === "get" && isAbsent(error)) return new MissingObjectError(key, uri);
  return new StoreUnavailableError(operation, key, uri, error, { isDenied: denied.has(codeOf(error) ?? "") });
}
