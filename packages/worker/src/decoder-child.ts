import { serveParent } from "./serve-parent.ts";

/** Entry of a process that decodes for one that infers. */
await serveParent(async () => (await import("./decoder-server.ts")).createDecoderServer);
