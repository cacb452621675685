import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { readQuarantine } from "../support/read-quarantine.ts";
import { readTable } from "../support/read-table.ts";
import { readRunState, readSuccess } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";
import { namesIn } from "./corpus.ts";
import type { Fault, Trial } from "./fault.ts";
import type { Stage } from "./stage.ts";

/** Two from the start, and nothing changes. */
async function together(stage: Stage): Promise<Trial> {
  const pool = await stage.startPool({ coordinators: 2 });
  const { out, folder } = stage.output();
  await pool.submit(out);
  await pool.finished(folder);
  const difference = await stage.difference(folder);
  const dead = pool.members.filter(({ isAlive }) => !isAlive).map(({ role }) => role);
  const wrong = [...(difference === undefined ? [] : [difference]), ...(dead.length > 0 ? [`ended: ${dead}`] : [])];
  return { exact: wrong.length === 0, notes: wrong.join(", ") || "one _SUCCESS, exact" };
}

/** Both are killed in the middle of the listing, and find 25 keys more and 25 less on either side of it. */
async function changedListing(stage: Stage): Promise<Trial> {
  const pool = await stage.startPool({ coordinators: 2, workers: 0 });
  const { out, folder } = stage.output();
  const input = `s3://photos/changing-${out.split("/").at(-1)}`;
  const photos = join(stage.s3.folder, input.replace("s3://", ""));
  for (const label of ["fruit_0", "fruit_1"]) {
    await cp(join(stage.s3.folder, "photos/mixed", label), join(photos, label), { recursive: true });
  }
  const coordinators = pool.of("coordinator");
  for (const { s3 } of coordinators) {
    let batches = 0;
    s3.inject(({ method, url }) => {
      if (method !== "PUT" || !url.includes("/batches/")) return undefined;
      batches += 1;
      return batches > 4 ? { kind: "hang" } : undefined;
    });
  }
  await pool.submit(out, { input });
  await waitFor("four batches", async () => (await readRunState(folder)).batches.length >= 4);
  await Promise.all(coordinators.map((coordinator) => coordinator.kill9()));
  const { batches } = await readRunState(folder);
  const cursor = String(batches.at(-1)?.images.at(-1)?.key);
  const keys = (
    await Promise.all(
      ["fruit_0", "fruit_1"].map(async (label) =>
        (await namesIn(join(photos, label))).map((name) => `${label}/${name}`),
      ),
    )
  ).flat();
  const [before, after] = [keys.filter((key) => key <= cursor), keys.filter((key) => key > cursor)];
  for (const key of [...before.slice(0, 25), ...after.slice(0, 25)]) {
    await cp(join(photos, key), join(photos, key.replace(/\.jpg$/, "-added.jpg")));
  }
  for (const key of [...before.slice(-25), ...after.slice(-25)]) await rm(join(photos, key));
  for (const coordinator of coordinators) {
    coordinator.s3.inject(() => undefined);
    coordinator.restart();
  }
  await pool.start("worker");
  await pool.finished(folder);
  const { listed, featurized, quarantined, missing, duplicates } = (await readSuccess(folder)).books;
  const paths = [...(await readTable(folder)), ...(await readQuarantine(folder))].map(({ path }) => path);
  const added = after.slice(0, 25).filter((key) => paths.includes(`${input}/${key.replace(/\.jpg$/, "-added.jpg")}`));
  const wrong = [
    ...(new Set(paths).size === paths.length ? [] : ["a path twice"]),
    ...(paths.length === listed && listed === featurized + quarantined ? [] : ["the books do not balance"]),
    ...(missing === 0 && duplicates === 0 ? [] : [`${missing} missing, ${duplicates} duplicates`]),
    ...(quarantined === 25 ? [] : [`${quarantined} quarantined of 25 that vanished`]),
    ...(added.length === 25 ? [] : [`${added.length} of 25 that were added after the cursor`]),
  ];
  const notes = wrong.join(", ") || `50 keys added and deleted around the cursor: ${listed} listed, books balance`;
  return { exact: wrong.length === 0, notes };
}

export const twoCoordinators: Fault = {
  id: "F12",
  what: "two coordinators at once / both killed in the listing, and 50 keys added and deleted around the cursor",
  trials: 6,
  quickTrials: 2,
  run: (stage, i) => (i % 2 === 0 ? together(stage) : changedListing(stage)),
};
