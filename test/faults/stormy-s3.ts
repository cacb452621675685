import { seededRandom } from "@pomona/stats";
import type { Fault as Weather } from "../support/fault-proxy.ts";
import type { Fault } from "./fault.ts";

interface Storm {
  readonly name: string;
  /** `lot` is in [0, 1). */
  readonly weather: (request: { readonly method: string; readonly lot: number }) => Weather | undefined;
}

const slowDown: Weather = { kind: "answer", status: 503, code: "SlowDown" };

const storms: readonly Storm[] = [
  { name: "30 % of 503", weather: ({ lot }) => (lot < 0.3 ? slowDown : undefined) },
  {
    name: "5 % of GET broken in the body",
    weather: ({ method, lot }) => (method === "GET" && lot < 0.05 ? { kind: "reset", afterBytes: 700 } : undefined),
  },
  { name: "latency of 2 s", weather: () => ({ kind: "delay", ms: 2000 }) },
  {
    name: "all at once",
    weather({ method, lot }) {
      if (lot < 0.3) return slowDown;
      if (lot < 0.35 && method === "GET") return { kind: "reset", afterBytes: 700 };
      return lot < 0.45 ? { kind: "delay", ms: 2000 } : undefined;
    },
  },
];

/** A storm lasts at most so long; in each, one GET of an image is never answered. */
const stormSeconds = 60;

export const stormyS3: Fault = {
  id: "F9",
  what: `S3 for ${stormSeconds} s: ${storms.map(({ name }) => name).join(" / ")}; one GET hangs for ever`,
  trials: 2 * storms.length,
  quickTrials: 1,
  async run(stage, i, { quick }) {
    const { name, weather } = quick ? storms[3] : storms[i % storms.length];
    const random = seededRandom(i);
    const pool = await stage.startPool();
    const { out, folder } = stage.output();
    const since = performance.now();
    let faults = 0;
    let hasHung = false;
    pool.inject(({ method, url }) => {
      if (!hasHung && /^\/photos\//.test(url)) {
        hasHung = true;
        return { kind: "hang" };
      }
      if (performance.now() - since > stormSeconds * 1000) return undefined;
      const fault = weather({ method, lot: random() });
      if (fault !== undefined) faults += 1;
      return fault;
    });
    await pool.submit(out);
    const seconds = await pool.finished(folder, { seconds: 300 });
    const difference = await stage.difference(folder);
    return {
      exact: difference === undefined && hasHung,
      notes: `${name}: ${difference ?? "exact"}, ${faults} faults, ${seconds.toFixed(0)} s`,
    };
  },
};
