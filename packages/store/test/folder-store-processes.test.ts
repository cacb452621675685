import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { StoreUnavailableError } from "@pomona/core";
import { FolderStore } from "@pomona/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const run = promisify(execFile);
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-store-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function entriesOf(store: FolderStore): Promise<{ key: string; size: number }[]> {
  const entries: { key: string; size: number }[] = [];
  for await (const { key, size } of store.list()) entries.push({ key, size });
  return entries;
}

describe("putIfAbsent of 8 processes", () => {
  it.each(["allowed", "refused"])("has one winner in each of 50 rounds, hard links %s", async (links) => {
    const rounds = 50;
    const start = String(Date.now() + 1500);
    const racers = await Promise.all(
      Array.from({ length: 8 }, () =>
        run(process.execPath, [fixture("race.mjs"), folder, start, String(rounds), links]),
      ),
    );
    const told = racers.map(({ stdout }) => JSON.parse(stdout) as { pid: number; answers: string[] });
    const store = new FolderStore(folder);
    for (let round = 0; round < rounds; round++) {
      const winners = told.filter(({ answers }) => answers[round] === "created");
      expect(winners).toHaveLength(1);
      const found = Buffer.from(await store.get(`rounds/${round}/object`));
      expect(found.equals(Buffer.alloc(5000, String(winners[0].pid)))).toBe(true);
    }
    expect(new Set(told.flatMap(({ answers }) => answers))).toEqual(new Set(["created", "exists"]));
    expect(await readdir(join(folder, "_run/tmp"))).toEqual([]);
  });
});

describe("a writer killed in the middle", () => {
  async function killAfter(writer: ChildProcess, ms: number): Promise<void> {
    if (writer.stdout === null) throw new Error("the writer has no stdout");
    await once(writer.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, ms));
    writer.kill("SIGKILL");
    await once(writer, "exit");
  }

  it("leaves whole objects only, and a temporary file that is swept when it is dead", async () => {
    const store = new FolderStore(folder);
    const moments = [0, 1, 7, 20, 45, 80];
    for (const ms of moments) {
      await killAfter(
        spawn(process.execPath, [fixture("write.mjs"), folder], { stdio: ["ignore", "pipe", "inherit"] }),
        ms,
      );
      for (const { key, size } of await entriesOf(store)) {
        const found = Buffer.from(await store.get(key));
        expect(size).toBe(300_000);
        expect(found.equals(Buffer.alloc(300_000, found[0]))).toBe(true);
      }
    }
    const left = await readdir(join(folder, "_run/tmp"));
    expect(left.length).toBeGreaterThan(0);
    expect(await store.sweepTemporary({ olderThanMs: 3_600_000 })).toBe(0);
    expect(await store.sweepTemporary({ olderThanMs: 0 })).toBe(left.length);
    await expect(readdir(join(folder, "_run"))).rejects.toThrow("ENOENT");
    await store.put("after", Buffer.from("x"));
    expect((await entriesOf(store)).map(({ key }) => key)).toContain("after");
  });

  it("keeps the unfinished files of living processes", async () => {
    const store = new FolderStore(folder);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("one ");
      expect(await store.sweepTemporary({ olderThanMs: -1000 })).toBe(0);
      yield Buffer.from("two");
    }
    await store.put("object", body());
    expect(Buffer.from(await store.get("object")).toString()).toBe("one two");
  });
});

it("tells a full disk as weather, and leaves no part of the object", async ({ skip }) => {
  if (!isRoot) skip("needs root to mount a small file system");
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).then(
    () => true,
    () => false,
  );
  if (!mounted) skip("mounting is not permitted here");
  try {
    const store = new FolderStore(folder);
    await store.put("small", Buffer.alloc(1000));
    const big = Buffer.alloc(2_000_000);
    for (const [method, key] of [
      ["put", "small"],
      ["putIfAbsent", "big"],
    ] as const) {
      const error: unknown = await store[method](key, big).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(error).toMatchObject({ operation: "put", message: expect.stringContaining("ENOSPC") });
    }
    expect(await entriesOf(store)).toEqual([{ key: "small", size: 1000 }]);
    expect(await readdir(join(folder, "_run/tmp"))).toEqual([]);
  } finally {
    await run("umount", [folder]);
  }
});

it("tells what may not be read as weather, naming it, and skips nothing silently", async () => {
  await mkdir(join(folder, "closed"));
  for (const name of ["a.jpg", "closed/in.jpg", "secret.jpg"]) await writeFile(join(folder, name), "x");
  if (isRoot) for (const name of ["", "a.jpg", "closed", "secret.jpg"]) await chown(join(folder, name), 1000, 1000);
  await chmod(folder, 0o755);
  await chmod(join(folder, "secret.jpg"), 0o000);
  await chmod(join(folder, "closed"), 0o000);
  const user = isRoot ? { uid: 1000, gid: 1000 } : {};
  const { stdout } = await run(process.execPath, [fixture("list.mjs"), folder], { ...user, cwd: "/" });
  await chmod(join(folder, "closed"), 0o755);
  const unavailable = { name: "StoreUnavailableError", message: expect.stringContaining("EACCES") };
  expect(JSON.parse(stdout)).toEqual({
    keys: ["a.jpg"],
    list: { ...unavailable, operation: "list", key: "closed/" },
    get: { ...unavailable, operation: "get", key: "secret.jpg" },
    getInside: { ...unavailable, operation: "get", key: "closed/in.jpg" },
    stat: { ...unavailable, operation: "stat", key: "closed/in.jpg" },
    put: { ...unavailable, operation: "put", key: "closed/new" },
  });
});
