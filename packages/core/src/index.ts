export { compareKeys, decodeKey, displayKey, encodeKey, isDecodable } from "./key.ts";
export type { GetOptions, ListOptions, ObjectBody, ObjectEntry, ObjectStore } from "./object-store.ts";
export { ChangedObjectError, MissingObjectError, ObjectTooLargeError, StoreUnavailableError } from "./store-errors.ts";
