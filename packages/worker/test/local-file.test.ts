import { execFileSync } from "node:child_process";
import { mkdtemp, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalFile, readLocalFile } from "../src/local-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-file-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function listed(name: string | Buffer, content: string | Buffer): Promise<LocalFile & { path: Buffer }> {
  const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
  await writeFile(path, content);
  const { size, mtimeMs } = await stat(path);
  return { path, size, modifiedAt: Math.floor(mtimeMs) };
}

test("gives the bytes of the file that was listed", async () => {
  const big = Buffer.alloc(3 << 20, "apple");
  expect(await readLocalFile(await listed("a.jpg", "apple"))).toEqual(Buffer.from("apple"));
  expect(big.equals((await readLocalFile(await listed("big.jpg", big)))!)).toBe(true);
  expect(await readLocalFile(await listed("empty.jpg", ""))).toEqual(Buffer.alloc(0));
});

test("opens names that are not UTF-8", async () => {
  expect(await readLocalFile(await listed(Buffer.of(0x66, 0xff, 0xfe), "fig"))).toEqual(Buffer.from("fig"));
});

test("gives nothing of a file of another size or time, or that is gone", async () => {
  const file = await listed("a.jpg", "apple");
  expect(await readLocalFile({ ...file, size: 4 })).toBeUndefined();
  await utimes(file.path, 1, 1);
  expect(await readLocalFile(file)).toBeUndefined();
  await rm(file.path);
  expect(await readLocalFile(file)).toBeUndefined();
});

test("gives nothing of folders and pipes, and does not wait for a pipe's writer", async () => {
  const { mtimeMs, size } = await stat(folder);
  expect(await readLocalFile({ path: Buffer.from(folder), size, modifiedAt: Math.floor(mtimeMs) })).toBeUndefined();
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(await readLocalFile({ path: Buffer.from(pipe), size: 0, modifiedAt: 0 })).toBeUndefined();
});

test("does not wait for a file system longer than it is told", async () => {
  const file = await listed("a.jpg", "apple");
  await truncate(file.path, 64 << 20);
  const { mtimeMs, size } = await stat(file.path);
  const slow = { path: file.path, size, modifiedAt: Math.floor(mtimeMs) };
  expect(await readLocalFile(slow, { timeoutMs: 0 })).toBeUndefined();
  expect((await readLocalFile(slow, { timeoutMs: 60_000 }))?.length).toBe(size);
});
