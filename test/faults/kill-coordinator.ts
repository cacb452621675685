import type { Fault } from "./fault.ts";

interface KillPoint {
  readonly name: string;
  readonly method: "PUT" | "GET";
  readonly url: RegExp;
  /** Which of these requests. */
  readonly nth: number;
  /** Before the request reaches S3, or when it is done and not answered. */
  readonly when: "before" | "after";
}

const batch = /\/batches\/\d+\.json/;
const log = /\/_run\/log\//;
const put = (name: string, url: RegExp, nth: number, when: KillPoint["when"]): KillPoint => ({
  name: `${when} ${name}`,
  method: "PUT",
  url,
  nth,
  when,
});

/** What the coordinator writes, in its order. */
const points: readonly KillPoint[] = [
  put("batch 0", batch, 1, "after"),
  put("batch 7", batch, 8, "before"),
  put("the log", log, 1, "after"),
  put("batch 0", batch, 1, "before"),
  put("batch 1", batch, 2, "after"),
  put("batch 7", batch, 8, "after"),
  put("batch 15", batch, 16, "after"),
  put("the last batch", batch, 21, "before"),
  put("a published part", /\/parquet\/part-00001/, 1, "before"),
  put("_SUCCESS", /\/_SUCCESS/, 1, "before"),
];

export const killCoordinator: Fault = {
  id: "F11",
  what: `kill -9 of the coordinator at ${points.length} points: ${points.map(({ name }) => name).join(" / ")}`,
  trials: 2 * points.length,
  quickTrials: 2,
  async run(stage, i) {
    const { name, method, url: pattern, nth, when } = points[i % points.length];
    const pool = await stage.startPool();
    const [victim] = pool.of("coordinator");
    const { out, folder } = stage.output();
    let seen = 0;
    const killed = new Promise<number>((resolve) => {
      const kill = (): void => {
        victim.s3.inject(() => ({ kind: "hang" }));
        void victim.kill9().then(() => {
          victim.s3.inject(() => undefined);
          victim.restart();
          resolve(performance.now());
        });
      };
      victim.s3.inject((request) => {
        if (request.method !== method || !pattern.test(request.url)) return undefined;
        seen += 1;
        if (seen !== nth) return undefined;
        if (when === "after") return { kind: "lose-answer", onDone: kill };
        kill();
        return { kind: "hang" };
      });
    });
    await pool.submit(out);
    const killedAt = await Promise.race([killed, pool.finished(folder).then(() => undefined)]);
    await pool.finished(folder);
    const difference = await stage.difference(folder);
    const seconds = killedAt === undefined ? undefined : (performance.now() - killedAt) / 1000;
    return {
      exact: difference === undefined && killedAt !== undefined,
      missed: difference === undefined && killedAt === undefined,
      notes: `${name}: ${killedAt === undefined ? "never came" : (difference ?? `done ${seconds?.toFixed(0)} s later`)}`,
    };
  },
};
