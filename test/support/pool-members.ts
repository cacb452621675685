import { freePort } from "./free-port.ts";
import { pomona, type Started, startPomona } from "./pomona.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { makeScratch } from "./scratch.ts";
import { waitFor } from "./wait-for.ts";

/** A role of a pool in a process of its own. */
export interface Member extends Started {
  /** Status and text of one of its pages; undefined where nobody listens. */
  page(path: string): Promise<{ readonly status: number; readonly text: string } | undefined>;
  ready(seconds?: number): Promise<void>;
  /** Ends it gracefully; throws unless it exits with 0. Returns the seconds that it took. */
  stop(): Promise<number>;
  kill9(): Promise<void>;
}

export interface Pool {
  readonly redis: TestRedis;
  readonly scratch: string;
  start(role: "coordinator" | "worker" | "reducer", ...flags: string[]): Promise<Member>;
  /** As a user of this number. */
  startAs(uid: number, role: "worker", ...flags: string[]): Promise<Member>;
  /** `pomona <args>` as a client of the pool; throws unless it exits with 0. Returns its standard output. */
  client(...args: string[]): Promise<string>;
  /** Kills what is still alive. */
  close(): Promise<void>;
}

/** A Redis and a home of their own. Whoever opens it closes it: a hook cannot be added from within a hook or a test. */
export async function openPool(): Promise<Pool> {
  const redis = await startRedis();
  const scratch = await makeScratch("pool");
  const members: Member[] = [];
  const env = { POMONA_REDIS: redis.url };
  async function start(args: readonly string[], uid?: number): Promise<Member> {
    const port = await freePort();
    const as = uid === undefined ? {} : { uid };
    const member = memberOf(startPomona([...args, "--health-port", String(port)], { scratch, env, ...as }), port);
    members.push(member);
    return member;
  }
  return {
    redis,
    scratch,
    start: (role, ...flags) => start([role, ...flags]),
    startAs: (uid, role, ...flags) => start([role, ...flags], uid),
    async client(...args) {
      const { code, stdout, stderr } = await pomona(args, { scratch, env });
      if (code !== 0) throw new Error(`pomona ${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`);
      return stdout.trim();
    },
    async close() {
      await Promise.all(members.map((member) => member.kill9()));
      await redis.close();
    },
  };
}

function memberOf(started: Started, port: number): Member {
  async function page(path: string) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }
  const hasEnded = (): boolean => started.child.exitCode !== null || started.child.signalCode !== null;
  return {
    ...started,
    page,
    async ready(seconds = 30) {
      await waitFor(
        "a member to be ready",
        async () => {
          if (hasEnded()) throw new Error(`ended early:\n${started.said()}`);
          return (await page("/readyz"))?.status === 200;
        },
        { seconds, everyMs: 50 },
      );
    },
    async stop() {
      const from = performance.now();
      started.child.kill("SIGTERM");
      const { code, stderr } = await started.ended;
      if (code !== 0) throw new Error(`exit ${code} after SIGTERM:\n${stderr}`);
      return (performance.now() - from) / 1000;
    },
    async kill9() {
      if (hasEnded()) return;
      started.signalGroup("SIGKILL");
      await started.ended;
    },
  };
}
