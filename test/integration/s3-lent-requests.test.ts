import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "@pomona/core";
import { openStore } from "@pomona/store";
import { type ReadLimits, readByRequest } from "@pomona/store/read-by-request";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";

describe.skipIf(versitygw === undefined)("objects by requests that S3Store lends", () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let store: ObjectStore;

  beforeAll(async () => {
    server = await startVersitygw();
    Object.assign(process.env, server.env);
    await server.createBucket("bucket");
    proxy = await startFaultProxy(server.endpoint);
    store = await openStore("s3://bucket/lent", { cwd: "/", s3: { endpoint: proxy.endpoint } });
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });
  beforeEach(() => proxy.inject(() => undefined));

  /** As an inference process reads what was listed. */
  async function lent(key: string) {
    const [entry, found] = [await store.stat(key), await store.lendRequest?.(key)];
    if (entry === undefined || found === undefined) throw new Error(`${key} is not there`);
    const { size, modifiedAt, etag } = entry;
    return { request: found.request, size, modifiedAt, ...(etag !== undefined && { etag }) };
  }

  async function read(object: Awaited<ReturnType<typeof lent>>, limits: ReadLimits = {}): Promise<string | undefined> {
    const bytes = await readByRequest(object, limits);
    return bytes && Buffer.from(bytes).toString();
  }

  it.each(["apple.jpg", "a b/c+d.jpg", "é/\u{1f34e}.jpg", "%41=&?#;.jpg", "!'()*~.jpg"])("reads %j", async (key) => {
    await store.put(key, Buffer.from(key));
    expect(await read(await lent(key))).toBe(key);
  });

  it("reads big and empty objects", async () => {
    const big = Buffer.alloc(3_000_000, "pear");
    await store.put("big", big);
    expect(big.equals((await readByRequest(await lent("big"))) ?? Buffer.of())).toBe(true);
    await store.put("empty", Buffer.of());
    expect(await read(await lent("empty"))).toBe("");
  });

  it("reads nothing of another version, by its etag or by size and time", async () => {
    await store.put("changed", Buffer.from("an apple"));
    const before = await lent("changed");
    await store.put("changed", Buffer.from("a cherry"));
    expect(await read(before)).toBeUndefined();
    // versitygw has no etags of files that it did not write.
    const file = join(server.folder, "bucket/lent/dropped");
    await writeFile(file, "an apple");
    const dropped = await lent("dropped");
    expect(dropped).not.toHaveProperty("etag");
    expect(await read(dropped)).toBe("an apple");
    await utimes(file, 1, 1);
    expect(await read(dropped)).toBeUndefined();
    expect(await read({ ...(await lent("dropped")), size: 7 })).toBeUndefined();
  });

  it("reads nothing that is damaged, gone, or lent for another key", async () => {
    await store.put("damaged", Buffer.from("a pear"));
    const damaged = await lent("damaged");
    await writeFile(join(server.folder, "bucket/lent/damaged"), "a bear");
    expect(await read(damaged)).toBeUndefined();
    await store.put("a", Buffer.from("pear"));
    await store.put("b", Buffer.from("plum"));
    const [a, b] = [await lent("a"), await lent("b")];
    expect(await read({ ...b, request: { ...b.request, headers: a.request.headers } })).toBeUndefined();
    await store.delete(["a"]);
    expect(await read(a)).toBeUndefined();
  });

  it("leaves bad weather to the store, at once, and reads again when it is over", async () => {
    await store.put("weather", Buffer.alloc(100_000, "plum"));
    const object = await lent("weather");
    for (const fault of [
      { kind: "answer", status: 503, code: "SlowDown" },
      { kind: "reset", afterBytes: 50_000 },
      { kind: "drop" },
      { kind: "hang" },
    ] as const) {
      proxy.inject(() => fault);
      expect(await read(object, { silenceMs: 300 }), fault.kind).toBeUndefined();
      proxy.inject(() => undefined);
      expect(await read(object), fault.kind).toHaveLength(100_000);
    }
    proxy.inject(() => ({ kind: "delay", ms: 2000 }));
    expect(await read(object, { wholeMs: 300 })).toBeUndefined();
  });
});
