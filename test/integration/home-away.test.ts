import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { freePort } from "../support/free-port.ts";
import { pomona, type Started, startPomona } from "../support/pomona.ts";
import { redisServer, startRedis, type TestRedis } from "../support/redis.ts";
import { makeScratch } from "../support/scratch.ts";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";
import { waitFor } from "../support/wait-for.ts";

const slowDown: Fault = { kind: "answer", status: 503, code: "SlowDown" };

describe.skipIf(redisServer === undefined || versitygw === undefined)("a home that does not answer", () => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let redis: TestRedis;
  let scratch: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    [s3, redis, scratch] = await Promise.all([startVersitygw(), startRedis(), makeScratch("home-away")]);
    await s3.createBucket("home");
    proxy = await startFaultProxy(s3.endpoint);
    env = { ...s3.env, POMONA_S3_ENDPOINT: proxy.endpoint, POMONA_HOME: "s3://home/runs", POMONA_REDIS: redis.url };
    return async () => {
      await Promise.all([proxy.close(), redis.close(), s3.close()]);
    };
  });

  async function startCoordinator(): Promise<Started & { readonly page: (path: string) => Promise<string> }> {
    const port = await freePort();
    const started = startPomona(["coordinator", "--health-port", String(port)], { scratch, env });
    onTestFinished(() => started.signalGroup("SIGKILL"));
    const page = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      return response === undefined ? "" : `${response.status} ${await response.text()}`;
    };
    return { ...started, page };
  }

  it.each<[string, Fault, RegExp]>([
    ["503", slowDown, /SlowDown/],
    ["no answer", { kind: "hang" }, /no answer for 10 s/],
  ])("is waited for by a coordinator, which says so: %s", async (_, fault, why) => {
    proxy.inject(() => fault);
    const coordinator = await startCoordinator();
    await waitFor("word of it", () => coordinator.said().includes("waiting for the home"), { everyMs: 50 });
    expect(coordinator.said()).toMatch(why);
    const readiness = await coordinator.page("/readyz");
    expect(readiness).toMatch(/^503 not started yet\nwaits for its home/);
    expect(readiness).toMatch(why);
    expect(await coordinator.page("/healthz")).toMatch(/^200 /);
    proxy.inject(() => undefined);
    await waitFor("readiness", async () => (await coordinator.page("/readyz")).startsWith("200 "), { everyMs: 50 });
    expect(coordinator.said()).toContain("the home answers");
    coordinator.child.kill("SIGTERM");
    expect((await coordinator.ended).code).toBe(0);
  });

  it("does not keep a coordinator from ending when it is told to", async () => {
    proxy.inject(() => slowDown);
    const coordinator = await startCoordinator();
    await waitFor("word of it", () => coordinator.said().includes("waiting for the home"), { everyMs: 50 });
    coordinator.child.kill("SIGTERM");
    const { code } = await coordinator.ended;
    expect(code).toBe(0);
  });

  it("ends a coordinator that is denied, at once and with the remedy", async () => {
    proxy.inject(() => ({ kind: "answer", status: 403, code: "AccessDenied" }));
    const { ended } = await startCoordinator();
    const { code, stderr, seconds } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: cannot list s3:\/\/home\/runs\/: AccessDenied.*s3:ListBucket/);
    expect(seconds).toBeLessThan(30);
  });

  it.each<[string, Fault]>([
    ["503", slowDown],
    ["no answer", { kind: "hang" }],
    ["a broken connection", { kind: "drop" }],
  ])("fails a command soon: %s", async (_, fault) => {
    proxy.inject(() => fault);
    const ended = await pomona(["runs"], { scratch, env });
    expect(ended.stderr).toMatch(/Error: cannot list "runs\/" in s3:\/\/home\/runs\//);
    expect(ended.code).toBe(1);
    // Two tries of 3 s; to start the process takes its time where the machine is busy.
    expect(ended.seconds).toBeLessThan(30);
  });
});
