import { processTree, watchMemory } from "../support/process-tree.ts";
import { readQuarantine } from "../support/read-quarantine.ts";
import { readTable } from "../support/read-table.ts";
import { hostileCases, hostileCorpus } from "./corpus.ts";
import type { Fault } from "./fault.ts";

const memoryLimit = 2 ** 30;

export const hostileImages: Fault = {
  id: "F14",
  what: `the ${hostileCases.length} hostile files that S3 can hold, among them bombs, a file above --max-bytes and odd keys`,
  trials: 2,
  quickTrials: 1,
  async run(stage) {
    const pool = await stage.startPool({ workers: 1 });
    const [worker] = pool.of("worker");
    const { out, folder } = stage.output();
    const memory = watchMemory(worker.pid);
    const flags = ["--max-quarantine", "90%"];
    await pool.submit(out, { input: hostileCorpus, flags });
    const lives = new Set<number>();
    const counting = setInterval(
      () =>
        void processTree(worker.pid).then((pids) => {
          for (const pid of pids) lives.add(pid);
        }),
      50,
    );
    await pool.finished(folder).finally(() => {
      clearInterval(counting);
      memory.stop();
    });
    const rows = new Set((await readTable(folder)).map(({ path }) => path));
    const quarantined = new Map(
      (await readQuarantine(folder)).map((line) => [line.path, `${line.stage}/${line.reason}`]),
    );
    const wrong = hostileCases.flatMap(({ key, outcome }) => {
      const path = `${hostileCorpus}/${key}`;
      const found = rows.has(path) ? "row" : (quarantined.get(path) ?? "skipped");
      const expected = outcome.kind === "quarantine" ? `${outcome.stage}/${outcome.reason}` : outcome.kind;
      return found === expected ? [] : [`${key.slice(0, 60)}: ${found} instead of ${expected}`];
    });
    if (!worker.isAlive) wrong.push("the worker ended");
    if (memory.peak() > memoryLimit) wrong.push(`${(memory.peak() / 2 ** 20).toFixed(0)} MB`);
    const megabytes = (memory.peak() / 2 ** 20).toFixed(0);
    const notes = `${hostileCases.length} of ${hostileCases.length} as told, peak ${megabytes} MB, ${lives.size} processes`;
    return { exact: wrong.length === 0, notes: wrong.join("; ") || notes };
  },
};
