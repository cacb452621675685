import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Redis } from "ioredis";
import { endWithUs } from "./end-with-us.ts";
import { freePort } from "./free-port.ts";
import { makeScratch } from "./scratch.ts";

/** The program; undefined where tests with Redis have to be skipped. */
export const redisServer: string | undefined =
  process.env.TEST_REDIS_SERVER ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "redis-server"))
    .find((file) => existsSync(file));

export interface RedisOptions {
  /** Append-only file, as we advise. Default: true. */
  readonly appendOnly?: boolean;
  readonly password?: string;
  /** Files of a key, its certificate and the authority that signed it; the server then speaks nothing but TLS. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string };
  /** More options of the server, such as `["--maxmemory", "10mb"]`. */
  readonly settings?: readonly string[];
}

/** A Redis server of this test alone, on a free port of this machine. */
export interface TestRedis {
  /** With the password, as users write it. */
  readonly url: string;
  readonly port: number;
  readonly pid: () => number;
  /** Kills the server as a crash would. */
  kill9(): Promise<void>;
  /** Starts it again with the data that it had on disk, or with none. */
  restart(options?: { readonly empty?: boolean }): Promise<void>;
  flushAll(): Promise<void>;
  config(name: string, value: string): Promise<void>;
  /** Bytes that it has allocated. */
  memory(): Promise<number>;
  /** Any other request. */
  call(command: string, ...parameters: (string | number)[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const { appendOnly = true, password, tls, settings = [] } = options;
  const folder = await makeScratch("redis");
  const port = await freePort();
  const parameters = [
    ...["--bind", "127.0.0.1", "--dir", folder, "--save", "", "--daemonize", "no"],
    ...(tls ? ["--port", "0", "--tls-port", String(port)] : ["--port", String(port)]),
    ...(tls ? ["--tls-key-file", tls.key, "--tls-cert-file", tls.cert, "--tls-ca-cert-file", tls.ca] : []),
    ...(tls ? ["--tls-auth-clients", "no"] : []),
    ...["--appendonly", appendOnly ? "yes" : "no"],
    ...(password === undefined ? [] : ["--requirepass", password]),
    ...settings,
  ];
  let server = await start(parameters);
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  const url = `${tls ? "rediss" : "redis"}://${secret}127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null, ...(tls && { tls: { rejectUnauthorized: false } }) });
  client.on("error", () => {});

  async function kill9(): Promise<void> {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGKILL");
    await ended;
  }
  return {
    url,
    port,
    pid: () => server.pid ?? 0,
    kill9,
    async restart({ empty = false } = {}) {
      if (empty) await rm(join(folder, "appendonlydir"), { recursive: true, force: true });
      server = await start(parameters);
    },
    async flushAll() {
      await client.flushall();
    },
    async config(name, value) {
      await client.config("SET", name, value);
    },
    async memory() {
      const text = await client.info("memory");
      return Number(/^used_memory:(\d+)/m.exec(text)?.[1]);
    },
    call: (command, ...more) => client.call(command, ...more),
    async close() {
      client.disconnect();
      await kill9();
    },
  };
}

async function start(parameters: readonly string[]): Promise<ChildProcess> {
  const server = spawn(redisServer ?? "redis-server", parameters, { stdio: ["ignore", "pipe", "pipe"] });
  endWithUs(server);
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk;
      if (said.includes("Ready to accept connections")) resolve();
    };
    server.stdout?.on("data", hear);
    server.stderr?.on("data", hear);
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
  });
  return server;
}

let prefixes = 0;

/** A prefix of keys that no other test uses. */
export function uniquePrefix(): string {
  prefixes += 1;
  return `{test-${process.pid}-${prefixes}}`;
}
