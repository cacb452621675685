import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that serves `target` below `base`, which it takes away; anything else is 404, as it would be behind a real one. */
export async function startStrippingProxy(target: string, base: string) {
  const strays: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { url = "/", method, headers } = incoming;
    if (!url.startsWith(`${base}/`)) {
      strays.push(url);
      outgoing.writeHead(404).end();
      return;
    }
    const onward = request(new URL(url.slice(base.length), target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    /** What was asked for outside of the base. */
    strays,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
