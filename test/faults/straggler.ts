import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { largePhotos } from "./large-photos.ts";

const share = 1 / 20;
const periodMs = 1000;
const slowdownLimit = 2;

export const straggler: Fault = {
  id: "F17",
  what: `one of 4 workers at ${100 * share} % of its speed; wall at most ${slowdownLimit} times`,
  trials: 2,
  async run(stage) {
    const { input, cleanSeconds, difference: differenceOf } = await largePhotos(stage.theatre);
    const pool = await stage.startPool({ workers: 4 });
    const [slow] = pool.of("worker");
    const { out, folder } = stage.output();
    await pool.submit(out, { input });
    let isDone = false;
    const slowing = (async () => {
      while (!isDone) {
        slow.signal("SIGSTOP");
        await sleep(periodMs * (1 - share));
        slow.signal("SIGCONT");
        await sleep(periodMs * share);
      }
    })();
    const seconds = await pool.finished(folder, { seconds: 10 * cleanSeconds }).finally(() => {
      isDone = true;
    });
    await slowing;
    const difference = await differenceOf(folder);
    const slowdown = seconds / cleanSeconds;
    const times = `${seconds.toFixed(0)} s against ${cleanSeconds.toFixed(0)} s: ${slowdown.toFixed(2)} times`;
    const wrong = [
      ...(difference === undefined ? [] : [difference]),
      ...(slowdown <= slowdownLimit ? [] : ["too slow"]),
    ];
    return { exact: wrong.length === 0, notes: [...wrong, times].join(", ") };
  },
};
