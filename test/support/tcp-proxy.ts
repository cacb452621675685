import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** Bytes of a chunk that still pass before the connection falls silent in both directions; undefined passes all. */
export type Cut = (chunk: Buffer) => number | undefined;

/** A TCP proxy on this machine, for what happens in the middle of a request. */
export interface TcpProxy {
  readonly port: number;
  /** Looks at every chunk that clients send, from now on. */
  cut(choose: Cut): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let choose: Cut = () => undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    let isSilent = false;
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      if (isSilent) return;
      const passing = choose(chunk);
      target.write(chunk.subarray(0, passing));
      isSilent = passing !== undefined;
    });
    target.on("data", (chunk: Buffer) => {
      if (!isSilent) client.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cut: (next) => {
      choose = next;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
