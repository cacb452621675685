import { join } from "node:path";
import { weights } from "./places.ts";
import { type Ended, pomona, type Started, startPomona } from "./pomona.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { waitFor } from "./wait-for.ts";

type Role = "coordinator" | "worker" | "reducer";

const roleFlags: Readonly<Record<Role, readonly string[]>> = {
  coordinator: [],
  worker: ["--workers", "1", "--weights", weights],
  reducer: ["--processes", "1"],
};

/** A pool of real processes over a Redis of its own, in a scratch folder that holds its home. */
export interface TestPool {
  readonly redis: TestRedis;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts a role and waits until it says that it is there. */
  start(role: Role, ...more: readonly string[]): Promise<Started>;
  /** Runs a command of a user of the pool: `POMONA_REDIS` is set, `POMONA_HOME` is not. */
  command(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  begin(args: readonly string[]): Started;
  close(): Promise<void>;
}

export interface TestPoolOptions {
  readonly password?: string;
  /** Of all roles and commands, beside what names the pool. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a folder. */
  readonly home?: string;
}

export async function startPool(scratch: string, options: TestPoolOptions = {}): Promise<TestPool> {
  const { password, home = join(scratch, "pool-home") } = options;
  const redis = await startRedis(password === undefined ? {} : { password });
  // An empty variable is as good as none; startPomona would set it otherwise.
  const env = { ...options.env, POMONA_REDIS: redis.url, POMONA_HOME: "" };
  const roles: Started[] = [];
  return {
    redis,
    home,
    env,
    async start(role, ...more) {
      const where = role === "coordinator" ? ["--home", home] : [];
      const started = startPomona([role, ...where, "--health-port", "0", ...roleFlags[role], ...more], {
        scratch,
        env,
      });
      roles.push(started);
      await waitFor(`the ${role} to start`, () => started.said().includes(`${role} started`));
      return started;
    },
    command: (args, extra = {}) => pomona(args, { scratch, env: { ...env, ...extra } }),
    begin: (args) => startPomona(args, { scratch, env }),
    async close() {
      for (const role of roles) role.signalGroup("SIGKILL");
      await Promise.all(roles.map(({ ended }) => ended));
      await redis.close();
    },
  };
}
