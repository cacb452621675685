import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { silent } from "../../src/log.ts";
import { notify } from "../../src/roles/notify.ts";

const notice = { run: "20240101-000000-aaaaaa", outcome: "done", out: "file:///result/" } as const;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=s3cret`;
}

test("posts the notice as JSON, once where it is taken", async () => {
  const bodies: string[] = [];
  const url = await serve((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      bodies.push(`${request.method} ${request.headers["content-type"]} ${body}`);
      response.writeHead(204).end();
    });
  });
  await notify(url, notice, silent);
  expect(bodies).toEqual([`POST application/json ${JSON.stringify(notice)}`]);
});

test("tries three times, and shows no secret of the address", async () => {
  let calls = 0;
  const url = await serve((_, response) => {
    calls += 1;
    response.writeHead(503).end();
  });
  const said: string[] = [];
  await notify(url, notice, { ...silent, warn: (...line) => void said.push(JSON.stringify(line)) }, { pauseMs: 1 });
  expect(calls).toBe(3);
  expect(said).toHaveLength(3);
  expect(said.join()).toContain("HTTP status 503");
  expect(said.join()).not.toContain("s3cret");
});

test("an address that is none is said, not thrown", async () => {
  const said: string[] = [];
  await notify("nonsense", notice, { ...silent, warn: (_, message) => void said.push(message) }, { pauseMs: 1 });
  expect(said).toHaveLength(3);
});
