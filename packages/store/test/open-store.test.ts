import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FolderStore } from "../src/folder-store.ts";
import { MemoryStore } from "../src/memory-store.ts";
import { openStore } from "../src/open-store.ts";

it("opens folders, relative ones too", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "pomona-open-"));
  const store = await openStore("some/folder", { cwd });
  expect(store).toBeInstanceOf(FolderStore);
  expect(store.uri).toBe(`file://${cwd}/some/folder/`);
  await store.put("x", Buffer.from("y"));
  const again = await openStore(store.uri, { cwd: "/", mustExist: true });
  expect(Buffer.from(await again.get("x")).toString()).toBe("y");
  await rm(cwd, { recursive: true });
});

it("opens memory", async () => {
  expect(await openStore("memory:", { cwd: "/" })).toBeInstanceOf(MemoryStore);
});

it("opens S3, below a prefix, without asking it anything", async () => {
  const store = await openStore("s3://bucket/some/prefix/", { cwd: "/", s3: { region: "eu-west-1" } });
  expect(store.uri).toBe("s3://bucket/some/prefix/");
  expect((await openStore("s3://bucket", { cwd: "/", s3: { region: "eu-west-1" } })).uri).toBe("s3://bucket/");
});
