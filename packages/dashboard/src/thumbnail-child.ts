import { makeDamagedThumbnail } from "@pomona/vision/damaged-thumbnail";
import { limitMemory } from "./memory-limit.ts";
import type { ThumbnailAnswer, ThumbnailRequest } from "./thumbnail-messages.ts";

// A process of its own: it decodes what strangers made, and may crash or be killed over it.
limitMemory(Number(process.argv[2]));
process.on("message", ({ id, bytes, maxPixels }: ThumbnailRequest) => {
  void makeDamagedThumbnail(bytes, { maxPixels }).then((picture) => {
    const answer: ThumbnailAnswer = { id, picture };
    process.send?.(answer);
  });
});
// A terminal's Ctrl-C reaches the whole group; our parent decides when we end.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Loading takes longer than most images; the clock of the first one starts now.
process.send?.({ id: 0, picture: undefined } satisfies ThumbnailAnswer);
