export { checkConditionalWrites } from "./conditional-writes.ts";
export { FolderStore, type FolderStoreOptions } from "./folder-store.ts";
export { type Location, objectUri, parseLocation } from "./location.ts";
export { MemoryStore } from "./memory-store.ts";
export { type OpenStoreOptions, openStore } from "./open-store.ts";
export { PatientStore, type PatientStoreOptions, type RetryListener } from "./patient-store.ts";
export { type CachedRunOpener, createRunOpener, type RunOpenerOptions } from "./run-opener.ts";
export { type S3Options, type S3RequestFailure, s3OptionsOf } from "./s3-options.ts";
export type { SkipReason } from "./walk.ts";
