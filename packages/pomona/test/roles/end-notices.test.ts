import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type LogEntry, type OpenRun, outputLayout, RunLog } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silent } from "../../src/log.ts";
import { EndNotices } from "../../src/roles/end-notices.ts";

const run = "20240101-000000-aaaaaa";
const open: LogEntry = { kind: "open", at: new Date().toISOString(), run, epoch: 1 };
const failure = { code: "c", message: "m", exitCode: 1 };

let server: Server;
let status: number;
let bodies: unknown[];

beforeEach(async () => {
  status = 204;
  bodies = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      bodies.push(JSON.parse(body));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => void server.close());

/** A run with this history, as a coordinator meets it. */
async function ended(...entries: LogEntry[]): Promise<OpenRun & { readonly out: MemoryStore }> {
  const out = new MemoryStore();
  const log = new RunLog(out);
  for (const entry of [open, ...entries]) await log.append(() => entry);
  const notify = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { file: { run }, out, settings: { notify } } as unknown as OpenRun & { readonly out: MemoryStore };
}

/** As a coordinator that was just started. */
async function tell(opened: OpenRun): Promise<void> {
  const notices = new EndNotices(silent, { pauseMs: 1 });
  notices.tell(opened);
  // Asked again while it is under way.
  notices.tell(opened);
  await notices.settle();
}

const now = (): string => new Date().toISOString();

test("each end is told once, and the log says that it was", async () => {
  const opened = await ended({ kind: "failed", at: now(), failure });
  await tell(opened);
  await tell(opened);
  expect(bodies).toEqual([{ run, out: opened.out.uri, outcome: "failed", error: { code: "c", message: "m" } }]);
  const log = new RunLog(opened.out);
  expect(await log.read()).toMatchObject({ status: "failed", notified: true });
  await log.append(() => ({ ...open, epoch: 2 }));
  await log.append(() => ({ kind: "cancelled", at: now(), by: "me" }));
  await tell(opened);
  expect(bodies.slice(1)).toEqual([{ run, out: opened.out.uri, outcome: "cancelled" }]);
});

test("what nobody took is told again by whoever looks next", async () => {
  const opened = await ended({ kind: "done", at: now(), generation: 1 });
  status = 503;
  await tell(opened);
  expect(bodies).toHaveLength(3);
  expect((await new RunLog(opened.out).read()).notified).toBe(false);
  status = 200;
  await tell(opened);
  expect(bodies.slice(3)).toEqual([{ run, out: opened.out.uri, outcome: "done" }]);
  expect(await opened.out.stat(outputLayout.logEntry(3))).toBeDefined();
});

test("nothing is told of a run that goes on, of another one, or of what is long past", async () => {
  const long = new Date(Date.now() - 48 * 3_600_000).toISOString();
  await tell(await ended());
  await tell(await ended({ kind: "failed", at: long, failure }));
  await tell(await ended({ ...open, run: "20250101-000000-bbbbbb", epoch: 2 }, { kind: "failed", at: now(), failure }));
  expect(bodies).toEqual([]);
});
