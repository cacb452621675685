import type { MessageToChild } from "./inference-messages.ts";

/**
 * Entry of an inference process, forked by `InferenceProcess`. Signals that a terminal or a service manager sends to
 * the whole group are the worker's to answer: it lets us finish, or kills us. They are ignored before the libraries,
 * which take a while to load, are imported.
 */
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

// The worker is gone. Nothing here outlives the process, and an orderly exit would wait for decoders that may hang.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

const early: MessageToChild[] = [];
let receive = (message: MessageToChild): void => void early.push(message);
process.on("message", (message) => receive(message as MessageToChild));

const { createInferenceServer } = await import("./inference-server.ts");
// Errors of sending are those of a channel that closes: `disconnect` follows.
const server = createInferenceServer({ send: (message) => process.send?.(message, undefined, undefined, () => {}) });
for (const message of early) server(message);
receive = server;
