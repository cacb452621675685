import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FetchAhead } from "../src/fetch-ahead.ts";

let server: Server;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, answer) => {
    asked.push(request.url ?? "");
    if (request.url === "/gone") answer.writeHead(404).end("gone");
    else answer.writeHead(200, { "content-length": 5, "last-modified": new Date(0).toUTCString() }).end("fruit");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function lent(path: string) {
  const { port } = server.address() as AddressInfo;
  const request = { protocol: "http:", hostname: "127.0.0.1", port, path, headers: {} } as const;
  return { request, size: 5, modifiedAt: 0 };
}

test("objects are asked for before it is their turn, and are there when it is", async () => {
  const fetches = new FetchAhead();
  fetches.start(1, lent("/apple"));
  fetches.start(2, lent("/gone"));
  await expect.poll(() => asked).toEqual(["/apple", "/gone"]);
  const [apple, gone] = [await fetches.take(1), await fetches.take(2)];
  expect(Buffer.from(apple?.bytes ?? []).toString()).toBe("fruit");
  expect(apple?.getMs).toBeGreaterThan(0);
  expect(gone?.bytes).toBeUndefined();
  expect(fetches.take(1)).toBeUndefined();
});

test("bytes and files are not fetched", () => {
  const fetches = new FetchAhead();
  fetches.start(1, Buffer.from("fruit"));
  fetches.start(2, { path: Buffer.from("/fruit"), size: 5, modifiedAt: 0 });
  expect([fetches.take(1), fetches.take(2)]).toEqual([undefined, undefined]);
});
