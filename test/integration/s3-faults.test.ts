import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ChangedObjectError,
  DamagedObjectError,
  MissingObjectError,
  Patience,
  StoreUnavailableError,
} from "@pomona/core";
import { openStore, PatientStore, type S3Options, type S3RequestFailure } from "@pomona/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";
import { waitFor } from "../support/wait-for.ts";

const kib = 1024;
const mib = kib * kib;

describe.skipIf(versitygw === undefined)("S3Store in bad weather", () => {
  let server: S3Server;
  let proxy: FaultProxy;
  const failures: S3RequestFailure[] = [];

  beforeAll(async () => {
    server = await startVersitygw();
    Object.assign(process.env, server.env);
    await server.createBucket("bucket");
    proxy = await startFaultProxy(server.endpoint);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });
  beforeEach(() => {
    proxy.inject(() => undefined);
    failures.length = 0;
  });

  const open = (s3: S3Options = {}, location = "s3://bucket/weather") =>
    openStore(location, {
      cwd: "/",
      s3: { endpoint: proxy.endpoint, onFailedRequest: (failure) => failures.push(failure), ...s3 },
    });

  it("does everything while 30 % of the requests are answered 503, and counts the failures", async () => {
    const store = new PatientStore(await open(), new Patience({ giveUpAfterMs: 60_000 }));
    let random = 42;
    proxy.inject(() => {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
      return random / 2 ** 31 < 0.3 ? { kind: "answer", status: 503, code: "SlowDown" } : undefined;
    });
    const before = proxy.faults;
    const keys = Array.from({ length: 40 }, (_, i) => `storm/${String(i).padStart(3, "0")}`);
    const answers = await Promise.all(keys.map((key) => store.putIfAbsent(key, Buffer.from(key))));
    expect(new Set(answers)).toEqual(new Set(["created"]));
    const found = await Promise.all(keys.map(async (key) => Buffer.from(await store.get(key)).toString()));
    expect(found).toEqual(keys);
    const listed: string[] = [];
    for await (const { key } of store.list({ prefix: "storm/" })) listed.push(key);
    expect(listed).toEqual(keys);
    await store.delete(keys);
    expect(proxy.faults - before).toBeGreaterThan(20);
    expect(failures.filter(({ code }) => code === "SlowDown")).toHaveLength(proxy.faults - before);
  });

  it("tells bytes that changed where they lie from bad weather, and does not wait for better", async () => {
    const patient = new PatientStore(await open({}, "s3://bucket/damaged"), new Patience({ giveUpAfterMs: 60_000 }));
    await patient.put("fruit", Buffer.from("a pear"));
    const file = join(server.folder, "bucket", "damaged", "fruit");
    await writeFile(file, "a bear");
    const before = performance.now();
    await expect(patient.get("fruit")).rejects.toThrow(DamagedObjectError);
    await expect(patient.get("fruit")).rejects.toThrow(/"fruit" in s3:\/\/bucket\/damaged\/ is damaged: checksum/i);
    expect(performance.now() - before).toBeLessThan(20_000);
    await patient.put("fruit", Buffer.from("a pear"));
    expect(Buffer.from(await patient.get("fruit")).toString()).toBe("a pear");
  });

  it("reads whole bytes though bodies break off, and continues streams where they did", async () => {
    const store = await open();
    const bytes = Buffer.alloc(3 * mib, "0123456789abcdefg");
    await store.put("big", bytes);
    let left = 3;
    proxy.inject(({ method }) => {
      if (method !== "GET" || left === 0) return undefined;
      left -= 1;
      return { kind: "reset", afterBytes: mib };
    });
    expect(bytes.equals(await store.get("big"))).toBe(true);
    expect(left).toBe(0);
    left = 2;
    const pieces: Uint8Array[] = [];
    for await (const piece of store.stream("big")) pieces.push(piece);
    expect(bytes.equals(Buffer.concat(pieces))).toBe(true);
    expect(left).toBe(0);
    expect(failures.map(({ code }) => code)).toEqual(Array(5).fill("BrokenBodyError"));
  });

  it("does not continue a stream with another version", async () => {
    const store = await open();
    await store.put("replaced", Buffer.alloc(2 * mib, "a"));
    let left = 1;
    proxy.inject(({ method }) => (method === "GET" && left-- > 0 ? { kind: "reset", afterBytes: mib } : undefined));
    const reading = (async () => {
      let replaced = false;
      for await (const _ of store.stream("replaced")) {
        if (!replaced) await store.put("replaced", Buffer.alloc(2 * mib, "b"));
        replaced = true;
      }
    })();
    await expect(reading).rejects.toThrow(ChangedObjectError);
  });

  it("gives up a body that never comes whole", async () => {
    const store = await open();
    await store.put("cut", Buffer.alloc(100 * kib, "a"));
    proxy.inject(({ method }) => (method === "GET" ? { kind: "reset", afterBytes: 10 } : undefined));
    await expect(store.get("cut")).rejects.toThrow(StoreUnavailableError);
  });

  it("abandons a hung request and asks again", async () => {
    const store = await open({ timeoutMs: 500 });
    await store.put("hung", Buffer.from("here"));
    for (const method of ["GET", "PUT", "HEAD"]) {
      let hung = 0;
      proxy.inject((request) => (request.method === method && hung++ === 0 ? { kind: "hang" } : undefined));
      const startedAt = performance.now();
      if (method === "GET") expect(Buffer.from(await store.get("hung")).toString()).toBe("here");
      if (method === "PUT") await store.put("hung", Buffer.from("here"));
      if (method === "HEAD") expect(await store.stat("hung")).toBeDefined();
      expect(hung).toBe(2);
      expect(performance.now() - startedAt).toBeLessThan(3000);
    }
  });

  it("ends a request at once when its signal is aborted", async () => {
    const store = await open();
    proxy.inject(() => ({ kind: "hang" }));
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 100);
    const startedAt = performance.now();
    await expect(store.get("hung", { signal: abort.signal })).rejects.toThrow("enough");
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it("leaks no connection over 500 gets that fail, are refused or are aborted", async () => {
    const own = await startFaultProxy(server.endpoint);
    const store = await open({ endpoint: own.endpoint, maxSockets: 50 });
    await store.put("leak", Buffer.alloc(300 * kib, "a"));
    const broken: Fault = { kind: "reset", afterBytes: 1000 };
    own.inject(({ method, ordinal }) => (method === "GET" && ordinal % 8 === 1 ? broken : undefined));
    for (let round = 0; round < 10; round++) {
      const gets = Array.from({ length: 50 }, (_, i) => {
        if (i % 4 === 0) return store.get("leak", { maxBytes: 10 });
        if (i % 4 === 1) return store.get("leak", { expect: { size: 1, modifiedAt: 0 } });
        if (i % 4 === 2) return store.get("leak", { signal: AbortSignal.timeout(2 + (i % 20)) });
        return store.get("leak");
      });
      const ended = await Promise.allSettled(gets);
      expect(ended.filter(({ status }) => status === "rejected").length).toBeGreaterThan(20);
    }
    own.inject(() => undefined);
    // More at once than there may be connections: one that was never given back would be missed here.
    const last = await Promise.all(Array.from({ length: 100 }, () => store.get("leak")));
    expect(last.every((bytes) => bytes.length === 300 * kib)).toBe(true);
    await waitFor("closed connections", () => own.connections.open <= 50);
    expect(own.faults).toBeGreaterThan(20);
    await own.close();
  });

  it("knows its own write when the answer was lost", async () => {
    const store = await open();
    let left = 1;
    proxy.inject(({ method }) => (method === "PUT" && left-- > 0 ? { kind: "lose-answer" } : undefined));
    expect(await store.putIfAbsent("lost-answer", Buffer.from("mine"))).toBe("created");
    expect(left).toBeLessThan(0);
    expect(await store.putIfAbsent("lost-answer", Buffer.from("mine"))).toBe("exists");
  });

  it("asks again where another write of the key is under way", async () => {
    const store = await open();
    let left = 3;
    proxy.inject(() => (left-- > 0 ? { kind: "answer", status: 409, code: "ConditionalRequestConflict" } : undefined));
    expect(await store.putIfAbsent("conflict", Buffer.from("x"))).toBe("created");
    proxy.inject(() => ({ kind: "answer", status: 412, code: "PreconditionFailed" }));
    expect(await store.putIfAbsent("conflict-2", Buffer.from("x"))).toBe("exists");
  });

  it.each([
    [403, "AccessDenied", "get", /AccessDenied \(HTTP 403\): injected; these credentials need s3:GetObject there$/],
    [403, "AccessDenied", "list", /need s3:ListBucket/],
    [403, "AccessDenied", "put", /need s3:PutObject/],
    [403, "AccessDenied", "delete", /need s3:DeleteObject/],
    [403, "InvalidAccessKeyId", "get", /InvalidAccessKeyId/],
    [403, "SignatureDoesNotMatch", "put", /SignatureDoesNotMatch/],
    [400, "ExpiredToken", "get", /ExpiredToken/],
    [503, "SlowDown", "put", /SlowDown \(HTTP 503\)/],
    [500, "InternalError", "stat", /HTTP 500/],
  ] as const)("calls %i %s of a %s weather", async (status, code, operation, message) => {
    const store = await open({ maxAttempts: 2 });
    proxy.inject(() => ({ kind: "answer", status, code }));
    const error = await act(store, operation).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
    for (const secret of Object.values(server.env).slice(0, 2)) {
      expect(JSON.stringify(error, everyProperty)).not.toContain(secret);
    }
  });

  it.each([
    [403, "InvalidObjectState", "get", "archived-object"],
    [501, "NotImplemented", "put", "storage-refused"],
    [404, "NoSuchBucket", "list", "no-such-bucket"],
  ] as const)("ends with one line at %i %s, which waiting cannot mend", async (status, code, operation, expected) => {
    const store = await open({ maxAttempts: 1 });
    proxy.inject(() => ({ kind: "answer", status, code }));
    await expect(act(store, operation)).rejects.toMatchObject({ code: expected, remedy: expect.any(String) });
  });

  it("tells 403 for a key that is not there from 403 for one that is", async () => {
    const store = await open();
    await store.put("denied/there", Buffer.from("x"));
    const isGet = /denied\/(?!.*list-type)/;
    proxy.inject(({ url }) => (isGet.test(url) ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined));
    await expect(store.get("denied/nothing")).rejects.toThrow(MissingObjectError);
    expect(await store.stat("denied/nothing")).toBeUndefined();
    await expect(store.get("denied/there")).rejects.toThrow(StoreUnavailableError);
    await expect(store.stat("denied/there")).rejects.toThrow(StoreUnavailableError);
  });

  it("names a bucket that is not there", async () => {
    const store = await open({}, "s3://no-such-bucket/x");
    await expect(act(store, "list")).rejects.toMatchObject({ code: "no-such-bucket" });
    await expect(act(store, "put")).rejects.toMatchObject({ code: "no-such-bucket" });
  });

  it("says that nobody answers", async () => {
    const store = await open({ endpoint: "http://127.0.0.1:9", maxAttempts: 1 });
    await expect(act(store, "list")).rejects.toThrow(/ECONNREFUSED/);
  });
});

type Store = Awaited<ReturnType<typeof openStore>>;

async function act(store: Store, operation: StoreUnavailableError["operation"]): Promise<unknown> {
  if (operation === "get") return store.get("some/key");
  if (operation === "put") return store.put("some/key", Buffer.from("x"));
  if (operation === "stat") return store.stat("some/key");
  if (operation === "delete") return store.delete(["some/key"]);
  for await (const entry of store.list()) return entry;
  return undefined;
}

/** Errors' own properties too, and those of their causes. */
function everyProperty(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]));
}
