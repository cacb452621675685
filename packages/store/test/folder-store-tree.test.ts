import { execFileSync } from "node:child_process";
import { appendFile, link, mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChangedObjectError, MissingObjectError, StoreUnavailableError } from "@pomona/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderStore, type FolderStoreOptions } from "../src/folder-store.ts";

let folder: string;
let root: string;
let skipped: [string, string][];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-tree-"));
  root = join(folder, "root");
  await mkdir(root);
  skipped = [];
});
afterEach(() => rm(folder, { recursive: true }));

function openRoot(options: FolderStoreOptions = {}): FolderStore {
  return new FolderStore(root, { onSkip: (key, why) => skipped.push([key, why]), ...options });
}

async function keysOf(store: FolderStore, options?: Parameters<FolderStore["list"]>[0]): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(options)) keys.push(key);
  return keys;
}

describe("links", () => {
  it("are followed to targets inside the root, and all others are told", async () => {
    await mkdir(join(root, "real/deep"), { recursive: true });
    await writeFile(join(root, "real/deep/x.jpg"), "inside");
    await writeFile(join(folder, "secret"), "outside");
    await mkdir(join(folder, "elsewhere"));
    await writeFile(join(folder, "elsewhere/y"), "outside");
    await symlink("real/deep/x.jpg", join(root, "file"));
    await symlink("real", join(root, "linked"));
    await symlink("../secret", join(root, "out-file"));
    await symlink(join(folder, "elsewhere"), join(root, "out-folder"));
    await symlink("nothing", join(root, "broken"));
    await symlink("self", join(root, "self"));
    await symlink("../..", join(root, "real/deep/up"));
    const store = openRoot();
    expect(await keysOf(store)).toEqual(["file", "linked/deep/x.jpg", "real/deep/x.jpg"]);
    expect(skipped.sort()).toEqual([
      ["broken", "dangling"],
      ["linked/deep/up", "loop"],
      ["out-file", "outside"],
      ["out-folder", "outside"],
      ["real/deep/up", "loop"],
      ["self", "loop"],
    ]);
    for (const key of await keysOf(store)) expect(Buffer.from(await store.get(key)).toString()).toBe("inside");
    for (const key of ["out-file", "out-folder/y", "broken", "self"]) {
      expect(await store.stat(key)).toBeUndefined();
      expect(await store.localFile(key)).toBeUndefined();
      await expect(store.get(key)).rejects.toThrow(MissingObjectError);
    }
  });

  it("that lead to each other do not make an endless walk", async () => {
    await mkdir(join(root, "a"));
    await mkdir(join(root, "b"));
    await symlink("../b", join(root, "a/to-b"));
    await symlink("../a", join(root, "b/to-a"));
    await writeFile(join(root, "a/x"), "");
    expect(await keysOf(openRoot())).toEqual(["a/x", "b/to-a/x"]);
    expect(skipped).toEqual([
      ["a/to-b/to-a", "loop"],
      ["b/to-a/to-b", "loop"],
    ]);
  });

  it("out of the root are not written or deleted through", async () => {
    await mkdir(join(folder, "elsewhere"));
    await writeFile(join(folder, "elsewhere/y"), "kept");
    await symlink("../elsewhere", join(root, "out"));
    const store = openRoot();
    await expect(store.put("out/new", Buffer.from("x"))).rejects.toThrow("link out of");
    await store.delete(["out/y"]);
    expect(await readdir(join(folder, "elsewhere"))).toEqual(["y"]);
  });

  it("may lead to the root", async () => {
    await writeFile(join(root, "x"), "");
    await symlink("root", join(folder, "to-root"));
    const store = new FolderStore(join(folder, "to-root"));
    await store.put("a/b", Buffer.from("y"));
    expect(await keysOf(store)).toEqual(["a/b", "x"]);
    expect(store.uri).toBe(`file://${folder}/to-root/`);
  });
});

it("skips pipes and sockets, and does not hang on reading one", async () => {
  execFileSync("mkfifo", [join(root, "pipe")]);
  const server = createServer().listen(join(root, "socket"));
  await new Promise((resolve) => server.once("listening", resolve));
  const store = openRoot();
  expect(await keysOf(store)).toEqual([]);
  expect(skipped.sort()).toEqual([
    ["pipe", "special"],
    ["socket", "special"],
  ]);
  await expect(store.get("pipe")).rejects.toThrow(MissingObjectError);
  await new Promise((resolve) => server.close(resolve));
});

describe("folders", () => {
  it("are removed when empty, up to the root", async () => {
    const store = openRoot();
    await store.put("a/b/c/d", Buffer.from("x"));
    await store.put("a/kept", Buffer.from("x"));
    await store.delete(["a/b/c/d"]);
    expect(await readdir(join(root, "a"))).toEqual(["kept"]);
    await store.delete(["a/kept"]);
    expect(await readdir(root)).toEqual(["_run"]);
    await store.sweepTemporary({ olderThanMs: 0 });
    expect(await readdir(root)).toEqual([]);
  });

  it("cannot be objects too", async () => {
    const store = openRoot();
    await store.put("a/b", Buffer.from("x"));
    for (const method of ["put", "putIfAbsent"] as const) {
      await expect(store[method]("a", Buffer.from("y"))).rejects.toThrow("it is a folder");
    }
    for (const key of ["a/b/c", "a/b/c/d"]) {
      await expect(store.put(key, Buffer.from("y"))).rejects.toThrow(/is not a folder|is a file/);
    }
    expect(await keysOf(store)).toEqual(["a/b"]);
    expect(await readdir(join(root, "_run/tmp"))).toEqual([]);
  });

  it("may be removed by others at any moment", async () => {
    const [one, two] = [openRoot(), openRoot()];
    await one.put("a/b/x", Buffer.from("1"));
    await rm(join(root, "a"), { recursive: true });
    await rm(join(root, "_run"), { recursive: true });
    await one.put("a/b/y", Buffer.from("2"));
    await two.delete(["a/b/y"]);
    expect(await one.putIfAbsent("a/b/z", Buffer.from("3"))).toBe("created");
    expect(await keysOf(one)).toEqual(["a/b/z"]);
  });
});

it("neither lists nor writes objects where it keeps unfinished files", async () => {
  const store = openRoot({ temporary: "t/mp" });
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("x");
    expect(await readdir(join(root, "t/mp"))).toHaveLength(1);
    expect(await keysOf(store)).toEqual([]);
    yield Buffer.from("y");
  }
  await store.put("t/object", body());
  expect(await keysOf(store)).toEqual(["t/object"]);
  for (const key of ["t/mp", "t/mp/x"]) {
    await expect(store.put(key, Buffer.from("x"))).rejects.toThrow("unfinished files");
  }
});

it("refuses a second writer where hard links are refused and a claim was abandoned, until it is swept", async () => {
  const refuse = async (): Promise<void> => {
    throw Object.assign(new Error("ENOTSUP: link"), { code: "ENOTSUP", syscall: "link" });
  };
  const store = openRoot({ link: refuse });
  const put = store.putIfAbsent("object", abandonClaim());
  async function* abandonClaim(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("x");
    const { createHash } = await import("node:crypto");
    const name = createHash("sha256").update(join(root, "object")).digest("hex");
    await writeFile(join(root, "_run/tmp", `claim-${name}`), "another-host~1~abc");
  }
  await expect(put).rejects.toThrow(StoreUnavailableError);
  await expect(store.putIfAbsent("object", Buffer.from("y"))).rejects.toThrow(
    /process 1 on another-host holds .*claim-/,
  );
  expect(await store.stat("object")).toBeUndefined();
  expect(await store.sweepTemporary({ olderThanMs: 0 })).toBe(1);
  expect(await store.putIfAbsent("object", Buffer.from("z"))).toBe("created");
});

it("refuses a file that changes while it is read", async () => {
  await writeFile(join(root, "growing"), Buffer.alloc(3 << 20));
  await writeFile(join(root, "shrinking"), Buffer.alloc(3 << 20));
  const store = openRoot();
  async function readWhile(key: string, change: () => Promise<void>): Promise<void> {
    let pieces = 0;
    for await (const _ of store.stream(key)) if (++pieces === 1) await change();
  }
  await expect(readWhile("growing", () => appendFile(join(root, "growing"), "more"))).rejects.toThrow(
    ChangedObjectError,
  );
  await expect(readWhile("shrinking", () => truncate(join(root, "shrinking"), 1 << 20))).rejects.toThrow(
    ChangedObjectError,
  );
});

it("copies without moving bytes, where hard links are allowed", async () => {
  const store = openRoot();
  await store.put("a", Buffer.from("x"));
  await store.copy("a", "b");
  expect((await stat(join(root, "b"))).ino).toBe((await stat(join(root, "a"))).ino);
  await link(join(root, "a"), join(root, "c"));
  await store.copy("a", "c");
  expect(await readdir(join(root, "_run/tmp"))).toEqual([]);
});

describe("a root that is not there", () => {
  it("is an empty store", async () => {
    const store = new FolderStore(join(folder, "nothing"));
    expect(await keysOf(store)).toEqual([]);
    expect(await store.stat("x")).toBeUndefined();
    await expect(store.get("x")).rejects.toThrow(MissingObjectError);
    await store.delete(["x"]);
    await expect(readdir(join(folder, "nothing"))).rejects.toThrow("ENOENT");
  });

  it("is a fault where it must exist, also when it goes later", async () => {
    const store = openRoot({ mustExist: true });
    await writeFile(join(root, "x"), "x");
    expect(await keysOf(store)).toEqual(["x"]);
    await rm(root, { recursive: true });
    await expect(keysOf(store)).rejects.toThrow(StoreUnavailableError);
    await expect(store.stat("x")).rejects.toThrow(StoreUnavailableError);
    await expect(store.get("x")).rejects.toThrow(StoreUnavailableError);
  });
});

it("must be absolute", () => {
  expect(() => new FolderStore("photos")).toThrow("must be absolute");
});
