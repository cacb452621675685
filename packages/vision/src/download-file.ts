import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

export interface DownloadProgress {
  readonly url: string;
  /** Bytes so far. */
  readonly received: number;
  /** Bytes in all, where the server says so. */
  readonly total: number | undefined;
}

export interface DownloadOptions {
  /** Milliseconds until the answer's header must be there, default 10,000. */
  readonly connectTimeout?: number;
  /** Milliseconds without a byte that end the download, default 20,000. */
  readonly stallTimeout?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Looks at the whole file before it gets its name; throws when it is not what it should be. */
  readonly check?: (file: string) => Promise<unknown>;
}

/**
 * Fetches `url` into `file`, which appears complete and checked or not at all.
 *
 * @throws Error naming the address and why: no answer in time, HTTP status, fewer bytes than announced, failed check
 */
export async function downloadFile(
  url: string,
  file: string,
  { connectTimeout = 10_000, stallTimeout = 20_000, onProgress = () => {}, check }: DownloadOptions = {},
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}.part`;
  try {
    await receive(url, partial, { connectTimeout, stallTimeout, onProgress });
    await check?.(partial);
    await rename(partial, file);
  } catch (error) {
    throw new Error(`${url}: ${reason(error)}`, { cause: error });
  } finally {
    await rm(partial, { force: true });
  }
}

async function receive(
  url: string,
  partial: string,
  { connectTimeout, stallTimeout, onProgress }: Required<Omit<DownloadOptions, "check">>,
): Promise<void> {
  const abort = new AbortController();
  const give = (why: string): void => abort.abort(new Error(why));
  let timer = setTimeout(give, connectTimeout, `no answer within ${connectTimeout / 1000} s`);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status}`);
    }
    const total = Number(response.headers.get("content-length")) || undefined;
    const handle = await open(partial, "wx");
    try {
      let received = 0;
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(give, stallTimeout, `no data for ${stallTimeout / 1000} s`);
        await handle.write(chunk);
        received += chunk.length;
        onProgress({ url, received, total });
      }
      if (total !== undefined && received !== total) throw new Error(`${received} bytes of ${total}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** `fetch` hides what happened in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
