import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookForWeights } from "../src/weights-state.ts";

let cwd: string;
let server: Server;
let methods: string[];

beforeEach(async () => {
  cwd = join(await mkdtemp(join(tmpdir(), "pomona-weights-")), "here");
  methods = [];
  server = createServer((request, response) => {
    methods.push(request.method ?? "");
    response.writeHead(request.url === "/w.h5" ? 200 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.close();
  await rm(join(cwd, ".."), { recursive: true });
});

function address(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

test("asks whether they could be downloaded, and downloads nothing", async () => {
  const state = await lookForWeights({ cacheDir: join(cwd, "cache"), cwd, url: address("/w.h5") });
  expect(state).toMatchObject({ found: null, downloadable: true });
  expect(state.looked.join("\n")).toContain(join(cwd, "models"));
  expect(methods).toEqual(["HEAD"]);
  expect(await readdir(join(cwd, ".."))).toEqual([]);
});

test("says when the address does not have them", async () => {
  const state = await lookForWeights({ cacheDir: join(cwd, "cache"), cwd, url: address("/gone") });
  expect(state.downloadable).toBe(false);
});

test("a named file that is missing is not made up for by a download", async () => {
  const state = await lookForWeights({ explicit: "my.h5", cacheDir: cwd, cwd, url: address("/w.h5") });
  expect(state).toMatchObject({ found: null, downloadable: null });
  expect(methods).toEqual([]);
});
