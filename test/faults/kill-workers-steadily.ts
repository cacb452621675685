import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@pomona/stats";
import type { Fault } from "./fault.ts";
import { largePhotos } from "./large-photos.ts";

const everySeconds = 3;
const slowdownLimit = 3;

export const killWorkersSteadily: Fault = {
  id: "F2",
  what: `kill -9 of a random worker of 4 every ${everySeconds} s, each started again at once, until the run is done; wall at most ${slowdownLimit} times`,
  trials: 3,
  async run(stage, i) {
    const { input, cleanSeconds, difference: differenceOf } = await largePhotos(stage.theatre);
    const random = seededRandom(i + 1);
    const pool = await stage.startPool({ workers: 4 });
    const { out, folder } = stage.output();
    await pool.submit(out, { input });
    const workers = pool.of("worker");
    let isDone = false;
    let kills = 0;
    const killing = (async () => {
      while (!isDone) {
        await sleep(everySeconds * 1000);
        if (isDone) return;
        const victim = workers[Math.floor(random() * workers.length)];
        await victim.kill9();
        victim.restart();
        kills += 1;
      }
    })();
    const seconds = await pool.finished(folder, { seconds: 10 * cleanSeconds }).finally(() => {
      isDone = true;
    });
    await killing;
    const difference = await differenceOf(folder);
    const failed = Number(await pool.redis.call("ZCARD", "{pomona}:features:failed"));
    const slowdown = seconds / cleanSeconds;
    const wrong = [
      ...(difference === undefined ? [] : [difference]),
      ...(failed === 0 ? [] : [`${failed} jobs failed`]),
      ...(slowdown <= slowdownLimit ? [] : ["too slow"]),
    ];
    const times = `${kills} kills, ${seconds.toFixed(0)} s against ${cleanSeconds.toFixed(0)} s: ${slowdown.toFixed(2)} times`;
    return { exact: wrong.length === 0, notes: [...wrong, times].join(", ") };
  },
};
