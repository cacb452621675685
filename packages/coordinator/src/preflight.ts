import {
  type ListedImage,
  type ObjectStore,
  outputLayout,
  PomonaError,
  StoreUnavailableError,
  UsageError,
} from "@pomona/core";
import { checkConditionalWrites } from "@pomona/store";
import type { ImageSource } from "./image-source.ts";

/** No part of the check may take longer: a wrong bucket or a missing mount shows at once, not after minutes. */
const limitMs = 10_000;

/**
 * Lists one image, reads one byte of it, writes and removes one object of the output, before anything is recorded.
 * The stores must not be patient ones. Throws {@link UsageError} `no-images` or {@link PomonaError} with the remedy.
 */
export async function preflight(options: {
  readonly input: ObjectStore;
  readonly out: ObjectStore;
  readonly source: ImageSource;
  /** What to say of an input without images: how many objects were left out, by extension. */
  readonly describeSkipped: () => string;
  /** Whether the run will delete what an earlier one left. Without that it needs no right to. Default true. */
  readonly deletes?: boolean;
}): Promise<void> {
  const { input, out, source, describeSkipped, deletes = true } = options;
  await check("list", input, async () => {
    for await (const _ of input.list()) return;
  });
  // Not under the limit: what comes before the first image may be many other objects.
  const first = await firstImage(source);
  if (first === undefined) {
    throw new UsageError("no-images", `no image of ${input.uri} matches${describeSkipped()}`, {
      remedy: "Check the folder and --glob; --dry-run shows what would be taken.",
    });
  }
  await check("read", input, () => readOneByte(input, first.key));
  const probe = outputLayout.preflight;
  await check("write", out, () => checkConditionalWrites(out, probe));
  const removed = check("delete in", out, () => out.delete([probe]));
  await (deletes ? removed : removed.catch(() => {}));
}

async function firstImage(source: ImageSource): Promise<ListedImage | undefined> {
  for await (const image of source(null)) return image;
  return undefined;
}

/**
 * Lists one object, before anybody waits patiently for an answer: wrong credentials, a bucket or a host that is not
 * there show within seconds. The store must not be a patient one. Throws {@link PomonaError}.
 */
export async function checkReachable(store: ObjectStore): Promise<void> {
  await check("list", store, async (signal) => {
    for await (const _ of store.list({ prefix: outputLayout.log, signal })) return;
  });
}

/** An image that is gone, empty or has an impossible name is no matter of permissions: the run will quarantine it. */
async function readOneByte(input: ObjectStore, key: string): Promise<void> {
  try {
    await input.get(key, { range: { start: 0, end: 1 } });
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
  }
}

async function check<T>(verb: string, store: ObjectStore, work: (late: AbortSignal) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new AbortController();
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer for ${limitMs / 1000} s`));
      late.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([work(late.signal), timeout]);
  } catch (error) {
    if (error instanceof PomonaError) throw error;
    const { remedy = "Check that the place exists and that this user may use it; nothing was started." } =
      error instanceof StoreUnavailableError ? error : {};
    throw new PomonaError("storage-unavailable", `cannot ${verb} ${store.uri}: ${reasonOf(error)}`, {
      cause: error,
      remedy,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Without what the message says already. */
function reasonOf(error: unknown): string {
  const told = error instanceof StoreUnavailableError ? error.cause : error;
  return told instanceof Error ? told.message : String(told);
}
