import { weights } from "../support/places.ts";
import { waitFor } from "../support/wait-for.ts";
import type { Fault } from "./fault.ts";
import { shardsStored } from "./shards.ts";

export const versionSkew: Fault = {
  id: "F20",
  what: "a worker with other weights joins in mid-run",
  trials: 3,
  cannot: () => (weights === "untrained" ? "there is only one network here: no ImageNet weights" : undefined),
  async run(stage) {
    const pool = await stage.startPool({ workers: 1, workerEnvironment: { POMONA_WEIGHTS: weights } });
    const [first] = pool.of("worker");
    first.s3.inject(({ url }) => (/^\/photos\//.test(url) ? { kind: "delay", ms: 500 } : undefined));
    const { out, folder } = stage.output();
    await pool.submit(out, { network: "any" });
    await shardsStored(folder, 1);
    const other = await pool.start("worker", { POMONA_WEIGHTS: "untrained" });
    let stored = 0;
    other.s3.watch(({ method, url, status }) => {
      if (method === "PUT" && /\/shards\//.test(url) && status < 300) stored += 1;
    });
    const wanted = /has other features \(.*weights/;
    await waitFor("the refusal", () => wanted.test(other.said()), { seconds: 60 });
    first.s3.inject(() => undefined);
    await pool.finished(folder);
    const difference = await stage.difference(folder);
    const wrong = [
      ...(stored === 0 ? [] : [`${stored} mixed shards`]),
      ...(other.isAlive ? [] : ["the other worker ended"]),
      ...(difference === undefined ? [] : [difference]),
    ];
    return { exact: wrong.length === 0, notes: wrong.join(", ") || "refused by name, 0 mixed shards" };
  },
};
