import type { Fault } from "./fault.ts";
import { watchJobs } from "./job-watch.ts";
import type { Member } from "./member.ts";

const isImage = (url: string): boolean => /^\/photos\//.test(url);
const isShard = (url: string): boolean => /\/shards\/\d+\.arrow/.test(url);

/** A point of a batch's way, by what the worker's proxies see: calls `kill` there, once. */
interface KillPoint {
  readonly name: string;
  readonly arm: (victim: Member, kill: () => void, i: number) => void;
}

/** `i` varies which batch is hit, and how much of it is done. */
const points: readonly KillPoint[] = [
  {
    name: "before GET",
    arm({ s3 }, kill, i) {
      s3.inject(({ method, url }) => {
        if (method !== "GET" || !isImage(url)) return undefined;
        kill();
        return { kind: "hang" };
      });
      void i;
    },
  },
  {
    name: "after decode",
    arm({ s3 }, kill, i) {
      let seen = 0;
      s3.watch(({ method, url }) => {
        if (method !== "GET" || !isImage(url)) return;
        seen += 1;
        // The engine takes a dozen milliseconds an image: some of the batch are features, some pixels, some bytes.
        if (seen === 10 + i) setTimeout(kill, 20);
      });
    },
  },
  {
    name: "before PUT",
    arm({ s3 }, kill) {
      s3.inject(({ method, url }) => {
        if (method !== "PUT" || !isShard(url)) return undefined;
        kill();
        return { kind: "hang" };
      });
    },
  },
  {
    name: "after PUT, before ack",
    arm({ s3 }, kill) {
      s3.inject(({ method, url }) =>
        method === "PUT" && isShard(url) ? { kind: "lose-answer", onDone: kill } : undefined,
      );
    },
  },
  {
    name: "during ack",
    arm({ redis }, kill, i) {
      redis.cut((chunk) => {
        if (!chunk.includes('"result":{"rows"')) return undefined;
        kill();
        // By turns: half of the request reaches Redis, or all of it and the answer is lost.
        return i % 2 === 0 ? chunk.length / 2 : chunk.length;
      });
    },
  },
];

export const killWorker: Fault = {
  id: "F1",
  what: `kill -9 one of two workers: ${points.map(({ name }) => name).join(" / ")}`,
  trials: 20 * points.length,
  quickTrials: points.length,
  recoveryLimit: 15,
  async run(stage, i) {
    const point = points[i % points.length];
    const pool = await stage.startPool();
    const [victim] = pool.of("worker");
    const { out, folder } = stage.output();
    let watch: ReturnType<typeof watchJobs> | undefined;
    let dead: Promise<void> | undefined;
    point.arm(
      victim,
      () => {
        if (watch !== undefined) return;
        watch = watchJobs(pool.redis);
        victim.s3.inject(() => ({ kind: "hang" }));
        dead = victim.kill9();
      },
      Math.floor(i / points.length),
    );
    // Else the other one may have done all before the victim begins.
    await pool.ready();
    await pool.submit(out);
    await pool.finished(folder);
    await dead;
    await watch?.stop();
    const difference = await stage.difference(folder);
    const hit = watch !== undefined;
    const ends = point.name === "during ack" ? "" : " and no job was begun again";
    const lost = hit && watch?.recoverySeconds() === undefined ? ends : "";
    return {
      exact: difference === undefined && hit,
      missed: !hit && difference === undefined,
      recoverySeconds: watch?.recoverySeconds(),
      notes: `${point.name}: ${hit ? (difference ?? `exact${lost}`) : "never came"}`,
    };
  },
};
