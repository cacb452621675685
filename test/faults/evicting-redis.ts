import type { Fault } from "./fault.ts";

const limitSeconds = 5;

export const evictingRedis: Fault = {
  id: "F8",
  what: "Redis with allkeys-lru: every role and the client refuse",
  trials: 1,
  quickTrials: 1,
  async run(stage, _, { patience }) {
    const settings = ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
    const pool = await stage.startPool({ redis: { settings } });
    const ends = await Promise.all(pool.members.map(({ ended }) => ended));
    const client = await pool.client("submit", "s3://photos/mixed", "--out", stage.output().out);
    const wrong = [...ends, client].flatMap(({ code, seconds, stderr }, i) => {
      const who = pool.members[i]?.role ?? "submit";
      const isRefusal = code === 1 && stderr.includes("noeviction") && seconds < limitSeconds * patience;
      return isRefusal ? [] : [`${who}: exit ${code} after ${seconds.toFixed(1)} s: ${stderr.slice(-200)}`];
    });
    const slowest = Math.max(...ends.map(({ seconds }) => seconds));
    return { exact: wrong.length === 0, notes: wrong.join("; ") || `exit 1 within ${slowest.toFixed(1)} s` };
  },
};
