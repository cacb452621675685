import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PomonaError } from "@pomona/core";
import { checkRedis, connectQueue } from "@pomona/queue";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { type RedisOptions, redisServer, startRedis, type TestRedis } from "../support/redis.ts";
import { makeScratch } from "../support/scratch.ts";
import { startQueueConsumer } from "../support/start-queue-consumer.ts";

const secret = "p@ss/word-7c1f";

async function start(options?: RedisOptions): Promise<TestRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

/** The error, which came within 5 s and shows no password. */
async function refusal(url: string): Promise<PomonaError> {
  const asked = performance.now();
  const error = await checkRedis(url).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(performance.now() - asked).toBeLessThan(5500);
  expect(error).toBeInstanceOf(PomonaError);
  const shown = everythingIn(error);
  for (const form of [secret, encodeURIComponent(secret), "word-7c1f"]) expect(shown).not.toContain(form);
  return error as PomonaError;
}

/** All that a log could show of an error, with its causes and hidden fields. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? "";
  const fields = Object.getOwnPropertyNames(error).map((name) => everythingIn(Reflect.get(error, name)));
  return [error.message, error.stack, ...fields].join("\n");
}

async function makeCertificate(): Promise<{ readonly key: string; readonly cert: string; readonly ca: string }> {
  const folder = await makeScratch("certificate");
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const name = ["-subj", "/CN=pomona-test", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", [...request, ...name, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key, cert, ca: cert };
}

describe.skipIf(redisServer === undefined)("checkRedis", () => {
  test("accepts a server with an append-only file, and notices one without", async () => {
    const redis = await start({ password: secret });
    expect(await checkRedis(redis.url)).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/), notices: [] });
    await redis.config("appendonly", "no");
    const { notices } = await checkRedis(redis.url);
    expect(notices).toEqual([expect.stringContaining("CONFIG SET appendonly yes")]);
    expect(notices.join()).not.toContain(secret);
  });

  test("refuses a server that deletes keys", async () => {
    const redis = await start({ password: secret, settings: ["--maxmemory-policy", "allkeys-lru"] });
    expect(await refusal(redis.url)).toMatchObject({
      code: "redis-eviction",
      message: expect.stringContaining("allkeys-lru"),
      remedy: expect.stringContaining("CONFIG SET maxmemory-policy noeviction"),
      exitCode: 1,
    });
    await expect(connectQueue({ url: redis.url, role: "consumer" })).rejects.toMatchObject({ code: "redis-eviction" });
  });

  test("says of a password that it is wrong or missing", async () => {
    const redis = await start({ password: "another" });
    const wrong = `redis://:${encodeURIComponent(secret)}@127.0.0.1:${redis.port}`;
    expect(await refusal(wrong)).toMatchObject({ code: "redis-auth", remedy: expect.stringContaining("password") });
    expect(await refusal(`redis://127.0.0.1:${redis.port}`)).toMatchObject({ code: "redis-auth" });
    const user = `redis://someone:${encodeURIComponent(secret)}@127.0.0.1:${redis.port}`;
    expect(await refusal(user)).toMatchObject({ code: "redis-auth" });
    await expect(connectQueue({ url: wrong, role: "consumer" })).rejects.toMatchObject({ code: "redis-auth" });
  });

  test("says of a server that it is not there, or does not answer", async () => {
    const login = `:${encodeURIComponent(secret)}@`;
    expect(await refusal(`redis://${login}127.0.0.1:${await freePort()}`)).toMatchObject({
      code: "redis-unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    expect(await refusal(`redis://${login}no-such-host.invalid:6379`)).toMatchObject({ code: "redis-unreachable" });
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await sleep(50);
    const { port } = silent.address() as { port: number };
    expect(await refusal(`redis://${login}127.0.0.1:${port}`)).toMatchObject({ code: "redis-unreachable" });
    await expect(
      connectQueue({ url: `redis://127.0.0.1:${await freePort()}`, role: "producer" }),
    ).rejects.toMatchObject({ code: "redis-unreachable" });
  });

  test("refuses a replica, a full server, and a user without rights", async () => {
    const replica = await start({ settings: ["--replicaof", "127.0.0.1", String(await freePort())] });
    expect(await refusal(replica.url)).toMatchObject({ code: "redis-read-only" });
    const full = await start();
    await full.config("maxmemory", "1");
    expect(await refusal(full.url)).toMatchObject({ code: "redis-full" });
    const guarded = await start();
    await guarded.call("ACL", "SETUSER", "guest", "on", ">guest", "~*", "+info", "+ping");
    expect(await refusal(`redis://guest:guest@127.0.0.1:${guarded.port}`)).toMatchObject({ code: "redis-denied" });
  });

  test("speaks TLS to who is trusted, and says where TLS does not fit", async () => {
    const tls = await makeCertificate();
    const redis = await start({ password: secret, tls });
    expect(await refusal(redis.url)).toMatchObject({
      code: "redis-tls",
      remedy: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
    expect(await refusal(redis.url.replace("rediss:", "redis:"))).toMatchObject({
      code: "redis-unreachable",
      remedy: expect.stringContaining("rediss://"),
    });
    const plain = await start({ password: secret });
    expect(await refusal(plain.url.replace("redis:", "rediss:"))).toMatchObject({
      code: "redis-unreachable",
      remedy: expect.stringContaining("without TLS is addressed by redis://"),
    });

    const consumer = await startQueueConsumer(redis.url, "{pomona}", 0, { NODE_EXTRA_CA_CERTS: tls.ca });
    onTestFinished(() => consumer.end());
    expect(consumer.lines).toEqual([{ ready: true }]);
  });
});

test("who uses no Redis does not wait for its libraries", () => {
  const script = `
    import { createRequire } from "node:module";
    await import("@pomona/queue");
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => /ioredis|bullmq/.test(file)).length);
    await (await import("@pomona/queue")).checkRedis("redis://127.0.0.1:1").catch(() => {});
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => /ioredis|bullmq/.test(file)).length > 0);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(said.trim().split("\n")).toEqual(["0", "true"]);
});
