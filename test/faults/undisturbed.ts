import type { Fault } from "./fault.ts";

/** What the others are compared with: nothing happens. */
export const undisturbed: Fault = {
  id: "F0",
  what: "nothing happens: the pool against the run in one process",
  trials: 3,
  async run(stage) {
    const pool = await stage.startPool();
    const { out, folder } = stage.output();
    await pool.submit(out);
    const seconds = await pool.finished(folder);
    const difference = await stage.difference(folder);
    return { exact: difference === undefined, notes: difference ?? `${seconds.toFixed(0)} s` };
  },
};
