import { type AheadImage, DecodeAhead } from "./decode-ahead.ts";
import type {
  DecodeMessage,
  FailedMessage,
  MessageFromChild,
  MessageToChild,
  StartDecodingMessage,
} from "./inference-messages.ts";
import { Preparers } from "./preparers.ts";
import { sharedDescriptor, writeShared } from "./shared-file.ts";

export interface DecoderServerOptions {
  readonly send: (message: MessageFromChild) => void;
}

/** More than its threads, so that none waits for the thread that resamples. */
const lookAhead = 4;

/**
 * The life of a process that decodes for one that infers: each `decode` is answered by pixels in the slot, or a refusal.
 * Errors of ours are thrown, which ends the process.
 */
export function createDecoderServer({ send }: DecoderServerOptions): (message: MessageToChild) => void {
  const preparers = new Preparers();
  let ahead: DecodeAhead<SlottedImage> | undefined;

  function start({ poolThreads }: StartDecodingMessage): void {
    ahead = new DecodeAhead({
      poolThreads,
      lookAhead,
      onDecoded({ id, pixels, getMs, decodeMs, resampleMs }, { slot }) {
        try {
          writeShared(sharedDescriptor, pixels, slot * pixels.length);
        } catch (error) {
          send(noRoom(error));
          return;
        }
        send({ kind: "decoded", id, getMs, decodeMs, resampleMs });
      },
      onUnread: (id) => send({ kind: "unread", id }),
      onRefused: (id, { reason, detail }) => send({ kind: "refused", id, stage: "decode", reason, detail }),
    });
    send({ kind: "decoder-ready" });
  }

  return (message) => {
    if (message.kind === "start-decoding") {
      start(message);
      return;
    }
    if (message.kind !== "decode" || ahead === undefined) throw new Error(`a decoder was sent ${message.kind}`);
    const { id, source, preparation, slot, inputSize } = message;
    ahead.accept({ id, source, slot, preparer: preparers.of(preparation, inputSize) });
  };
}

interface SlottedImage extends AheadImage, Pick<DecodeMessage, "slot"> {}

/** No fault of the image, and no other process would fare better. */
function noRoom(error: unknown): FailedMessage {
  return {
    kind: "failed",
    code: "no-room-for-pixels",
    message: `decoded pixels cannot be handed to the engine: ${error instanceof Error ? error.message : error}`,
    remedy: "Make room in /dev/shm (512 MB) or the folder for temporary files (TMPDIR), or use --decoders 0.",
  };
}
