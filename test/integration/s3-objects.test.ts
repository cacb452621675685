import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import type { ObjectEntry, ObjectStore } from "@pomona/core";
import { checkConditionalWrites, MemoryStore, openStore, type S3Options } from "@pomona/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";

const mib = 1 << 20;

describe.skipIf(versitygw === undefined)("S3Store on versitygw", () => {
  let server: S3Server;
  let store: ObjectStore;
  const open = (s3: S3Options = {}) =>
    openStore("s3://bucket/objects", { cwd: "/", s3: { endpoint: server.endpoint, ...s3 } });

  beforeAll(async () => {
    server = await startVersitygw({ versioning: true });
    Object.assign(process.env, server.env);
    await server.createBucket("bucket");
    store = await open();
  });
  afterAll(() => server.close());

  async function* pieces(size: number): AsyncGenerator<Uint8Array> {
    const piece = Buffer.alloc(300_000);
    for (let done = 0; done < size; done += piece.length) {
      // The same memory each time, as writers of tables give it.
      piece.fill(done / piece.length);
      yield piece.subarray(0, Math.min(piece.length, size - done));
    }
  }

  async function gathered(size: number): Promise<Buffer> {
    const copies: Buffer[] = [];
    for await (const piece of pieces(size)) copies.push(Buffer.from(piece));
    return Buffer.concat(copies);
  }

  it.each([0, 1000, 8 * mib, 8 * mib + 1, 20 * mib])("stores a stream of %i bytes whole, once", async (size) => {
    const key = `streams/${size}`;
    expect(await store.putIfAbsent(key, pieces(size))).toBe("created");
    expect((await gathered(size)).equals(await store.get(key))).toBe(true);
    expect(await store.putIfAbsent(key, pieces(1000))).toBe("exists");
    expect(await store.putIfAbsent(key, pieces(9 * mib))).toBe("exists");
    await store.put(key, pieces(9 * mib));
    expect((await store.stat(key))?.size).toBe(9 * mib);
  });

  it("lets one of four streams win, and leaves no parts of the others", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.putIfAbsent("streams/race", pieces(9 * mib))));
    expect(answers.filter((answer) => answer === "created")).toHaveLength(1);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* pieces(17 * mib);
      throw new Error("the source broke");
    }
    await expect(store.put("streams/broken", failing())).rejects.toThrow("the source broke");
    expect(await store.stat("streams/broken")).toBeUndefined();
    const unfinished = await readdir(join(server.folder, "bucket", ".sgwtmp", "multipart")).catch(() => []);
    expect(unfinished).toEqual([]);
  });

  it("copies in parts what is too big to copy at once", async () => {
    const small = await open({ copyPartBytes: 6 * mib });
    await store.put("copies/from ü+", pieces(14 * mib));
    await small.copy("copies/from ü+", "copies/to");
    expect((await gathered(14 * mib)).equals(await store.get("copies/to"))).toBe(true);
  });

  it("reads files that were dropped into its folder, which have no etag", async () => {
    await mkdir(join(server.folder, "bucket/objects/dropped/empty"), { recursive: true });
    await writeFile(join(server.folder, "bucket/objects/dropped/1.jpg"), "0123");
    const entries: ObjectEntry[] = [];
    for await (const entry of store.list({ prefix: "dropped/" })) entries.push(entry);
    const file = entries.find(({ key }) => key === "dropped/1.jpg");
    expect(file).toEqual(await store.stat("dropped/1.jpg"));
    expect(file).not.toHaveProperty("etag");
    if (file === undefined) return;
    expect(Buffer.from(await store.get(file.key, { expect: file })).toString()).toBe("0123");
    await writeFile(join(server.folder, "bucket/objects/dropped/1.jpg"), "01234");
    await expect(store.get(file.key, { expect: file })).rejects.toThrow("changed after it was listed");
  });

  it("names the region that the server is in", async () => {
    const elsewhere = await open({ region: "eu-west-3" });
    for (const act of [() => elsewhere.get("x"), () => elsewhere.put("x", Buffer.from("x"))]) {
      await expect(act()).rejects.toMatchObject({
        code: "wrong-region",
        message: expect.stringContaining("us-east-1"),
        remedy: expect.stringContaining("--s3-region us-east-1"),
      });
    }
  });

  it("keeps to the newest versions of a bucket that has versions", async () => {
    const { PutBucketVersioningCommand, S3Client } = await import("@aws-sdk/client-s3");
    const client = new S3Client({ endpoint: server.endpoint, forcePathStyle: true, region: "us-east-1" });
    await server.createBucket("versioned");
    await client.send(
      new PutBucketVersioningCommand({ Bucket: "versioned", VersioningConfiguration: { Status: "Enabled" } }),
    );
    const versioned = await openStore("s3://versioned", { cwd: "/", s3: { endpoint: server.endpoint } });
    expect(await versioned.putIfAbsent("a", Buffer.from("1"))).toBe("created");
    await versioned.put("a", Buffer.from("22"));
    await versioned.delete(["a"]);
    expect(await versioned.stat("a")).toBeUndefined();
    await expect(versioned.get("a")).rejects.toThrow("no object");
    const keys: string[] = [];
    for await (const { key } of versioned.list()) keys.push(key);
    expect(keys).toEqual([]);
    // `If-None-Match: *` would create it anew on AWS; versitygw counts the mark of a deletion as an object.
    await versioned.put("a", Buffer.from("333"));
    expect((await versioned.get("a")).length).toBe(3);
  });

  it("goes through the proxy that the environment names, but for the hosts that it excepts", async () => {
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on("connect", ({ url = "" }, socket) => {
      tunnels.push(url);
      const { hostname, port } = new URL(`http://${url}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on("error", () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const proxied = await open();
      await proxied.put("proxied", Buffer.from("x"));
      expect((await proxied.get("proxied")).length).toBe(1);
      const before = tunnels.length;
      expect(new Set(tunnels)).toEqual(new Set([server.endpoint.slice("http://".length)]));
      process.env.no_proxy = "127.0.0.1";
      await (await open()).put("direct", Buffer.from("x"));
      expect(tunnels).toHaveLength(before);
    } finally {
      delete process.env.http_proxy;
      delete process.env.no_proxy;
      proxy.close();
      proxy.closeAllConnections();
    }
  });

  it("honours conditional writes; a store that does not is found out", async () => {
    await checkConditionalWrites(store, "probe");
    await checkConditionalWrites(store, "probe");
    class Heedless extends MemoryStore {
      override async putIfAbsent(): Promise<"created"> {
        return "created";
      }
    }
    await expect(checkConditionalWrites(new Heedless(), "probe")).rejects.toMatchObject({
      code: "no-conditional-writes",
    });
  });
});
