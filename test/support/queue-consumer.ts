// A consumer in a process of its own, to be killed or stopped by tests: `queue-consumer.ts URL PREFIX MILLISECONDS`.
// Its results have its MILLISECONDS as rows; it prints a line of JSON for what happens.
import { setTimeout as sleep } from "node:timers/promises";
import { connectQueue } from "@pomona/queue";

const [url = "", prefix = "", milliseconds = "0"] = process.argv.slice(2);
const say = (line: object): void => console.log(JSON.stringify(line));
const queue = await connectQueue({
  url,
  prefix,
  role: "consumer",
  about: { role: "worker", version: "0.1.0" },
  onNotice: (notice) => say({ notice }),
});
queue.consume(
  "features",
  async ({ id }, { signal, restarts }) => {
    say({ started: id, restarts });
    signal.addEventListener("abort", () => say({ aborted: id }));
    await sleep(Number(milliseconds));
    say({ answered: id });
    return { rows: Number(milliseconds), quarantined: 0, decoded: 0 };
  },
  { concurrency: 2 },
);
say({ ready: true });
