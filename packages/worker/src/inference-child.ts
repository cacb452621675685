import { serveParent } from "./serve-parent.ts";

/** Entry of a process that infers. */
await serveParent(async () => (await import("./inference-server.ts")).createInferenceServer);
