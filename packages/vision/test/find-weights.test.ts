import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findWeights, loadWeights, weightsFileNames } from "../src/find-weights.ts";
import { kerasFixture, writeKerasFile } from "./keras-fixture.ts";

let root: string;
let cwd: string;
let cacheDir: string;
let server: Server | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pomona-find-"));
  cwd = join(root, "project");
  cacheDir = join(root, "cache");
  await mkdir(cwd);
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(root, { recursive: true });
});

describe("findWeights in folders", () => {
  it("looks in the cache, ./models and ../shared/models, in this order", async () => {
    const places = ["shared/models", "project/models", "cache"].map((folder) =>
      join(root, folder, weightsFileNames[2]),
    );
    for (const file of places) {
      await put(file);
      expect(await findWeights({ cwd, cacheDir, download: false })).toBe(file);
    }
  });

  it.each(weightsFileNames)("knows the name %s", async (name) => {
    const file = await put(join(cwd, "models", name));
    expect(await findWeights({ cwd, cacheDir, download: false })).toBe(file);
  });

  it("takes the file given before all others, relative to the working directory", async () => {
    await put(join(cacheDir, weightsFileNames[0]));
    const file = await put(join(cwd, "mine.h5"));
    expect(await findWeights({ explicit: "mine.h5", cwd, cacheDir })).toBe(file);
  });

  it("looks nowhere else when the file given is absent", async () => {
    await put(join(cacheDir, weightsFileNames[0]));
    await expect(findWeights({ explicit: "typo.h5", cwd, cacheDir })).rejects.toThrow(/typo\.h5: no such weights file/);
  });

  it("takes the random network only when asked by name", async () => {
    const source = await findWeights({ explicit: "untrained", cwd, cacheDir });
    expect((await loadWeights(source)).source).toBe("untrained");
  });

  it("lists all five places and the remedy when there is nothing", async () => {
    const error = await findWeights({ cwd, cacheDir, download: false }).catch((caught: Error) => caught.message);
    expect(error).toMatch(/1\. --weights or POMONA_WEIGHTS/);
    expect(error).toContain(`2. ${cacheDir}`);
    expect(error).toContain(`3. ${join(cwd, "models")}`);
    expect(error).toContain(`4. ${join(root, "shared/models")}`);
    expect(error).toMatch(/5\. https:.*downloads are off/);
    expect(error).toContain("--weights untrained");
  });
});

describe("findWeights by download", () => {
  it("keeps a file that it could read in the cache, and tells how far it is", async () => {
    const made = join(root, "made.h5");
    await writeKerasFile(
      made,
      kerasFixture(() => 1),
    );
    const bytes = await readFile(made);
    const url = await serve((_request, response) => response.setHeader("content-length", bytes.length).end(bytes));
    const seen: number[] = [];
    const file = await findWeights({ cwd, cacheDir, url, onProgress: ({ received }) => seen.push(received) });
    expect(file).toBe(join(cacheDir, weightsFileNames[0]));
    expect(seen.at(-1)).toBe(bytes.length);
    expect(await readdir(cacheDir)).toEqual([weightsFileNames[0]]);
    expect((await loadWeights(file)).tensors.size).toBe(52);
  });

  const failures: [string, RequestListener, RegExp][] = [
    ["an HTTP error", (_request, response) => response.writeHead(403).end("no"), /5\. .*: HTTP 403/],
    ["a page instead of weights", (_request, response) => response.end("<html>"), /5\. .*not an HDF5 file/],
    [
      "a connection that breaks",
      (_request, response) => {
        response.setHeader("content-length", 1000).write("x".repeat(500), () => response.destroy());
      },
      /5\. http/,
    ],
    ["a server that never answers", () => {}, /5\. .*no answer within 0\.2 s/],
  ];
  it.each(failures)("leaves nothing behind after %s", async (_what, listener, message) => {
    const url = await serve(listener);
    await expect(findWeights({ cwd, cacheDir, url, connectTimeout: 200 })).rejects.toThrow(message);
    expect(await readdir(cacheDir)).toEqual([]);
  });
});

async function put(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "");
  return file;
}

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/weights.h5`;
}
