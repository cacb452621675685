import type { Readable } from "node:stream";

/** A body that broke off, stalled, or was not what its headers announced. The object may be read again. */
export class BrokenBodyError extends Error {
  override readonly name = "BrokenBodyError";
  /** The bytes came whole, but their checksum is not the one that the store keeps of them. */
  readonly isMismatch: boolean;
  constructor(message: string, { isMismatch = false }: { readonly isMismatch?: boolean } = {}) {
    super(message);
    this.isMismatch = isMismatch;
  }
}

/** Reads a body to its end. Of one that fails nothing is left open: its connection is closed. */
export async function readBody(body: Readable, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  for await (const chunk of piecesOf(body)) {
    if (done + chunk.length > length) throw new BrokenBodyError(`more than the ${length} bytes announced`);
    bytes.set(chunk, done);
    done += chunk.length;
  }
  if (done < length) throw new BrokenBodyError(`${done} bytes came of ${length}`);
  return bytes;
}

/** The chunks of a body; whatever ends it early is a {@link BrokenBodyError}. */
export async function* piecesOf(body: Readable): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const { value, done } = await chunks.next().catch(asBroken);
      if (done === true) return;
      yield value;
    }
  } finally {
    body.destroy();
  }
}

function asBroken(cause: unknown): never {
  const { code, message } = cause as NodeJS.ErrnoException;
  // The SDK has no class for it.
  if (/^checksum mismatch/i.test(message)) throw new BrokenBodyError(message, { isMismatch: true });
  throw new BrokenBodyError(`the body broke off (${code ?? message})`);
}
