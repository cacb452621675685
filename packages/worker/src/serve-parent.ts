import type { MessageFromChild, MessageToChild } from "./inference-messages.ts";

type Server = (message: MessageToChild) => void;
type ServerFactory = (options: { readonly send: (message: MessageFromChild) => void }) => Server;

/**
 * The frame of a process forked by `InferenceProcess`. Signals that a terminal or a service manager sends to the whole
 * group are the worker's to answer: it lets us finish, or kills us. They are ignored before the libraries, which take a
 * while to load, are imported.
 */
export async function serveParent(load: () => Promise<ServerFactory>): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

  // The worker is gone. Nothing here outlives the process, and an orderly exit would wait for decoders that may hang.
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

  const early: MessageToChild[] = [];
  let receive = (message: MessageToChild): void => void early.push(message);
  process.on("message", (message) => receive(message as MessageToChild));

  const createServer = await load();
  // Errors of sending are those of a channel that closes: `disconnect` follows.
  const server = createServer({ send: (message) => process.send?.(message, undefined, undefined, () => {}) });
  for (const message of early) server(message);
  receive = server;
}
