import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunSummary } from "pomona";
import { type TreeUse, watchTree } from "./process-tree.ts";

/** One `pomona run`, as a user starts it. */
export interface PomonaJob extends TreeUse {
  readonly images: number;
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Images per second of the whole job. */
  readonly jobRate: number;
  /** Images per second from the first batch taken to the last shard, the loading of the network included. */
  readonly featurizingRate: number;
  /** Seconds of each phase. */
  readonly phases: Readonly<Record<string, number>>;
  /** Seconds to the first features, from the start of the work and from the start of the process. */
  readonly firstImage: { readonly fromRun: number; readonly fromProcess: number };
}

export interface PomonaJobOptions {
  readonly photos: string;
  /** Folder for the result and the home; what is there is removed. */
  readonly folder: string;
  readonly weights: string;
  readonly flags?: readonly string[];
}

const bin = fileURLToPath(new URL("../packages/pomona/bin/pomona.js", import.meta.url));

export async function runPomona({ photos, folder, weights, flags = [] }: PomonaJobOptions): Promise<PomonaJob> {
  await rm(folder, { recursive: true, force: true });
  const out = join(folder, "out");
  const args = [bin, "run", photos, "--out", out, "--home", join(folder, "home"), "--weights", weights, "--json"];
  // What it is compared with draws no report either.
  args.push("--report", "none");
  const start = performance.now();
  const child = spawn(process.execPath, [...args, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const watch = watchTree(child.pid ?? 0);
  let answer = "";
  let answeredAt = Number.NaN;
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    answeredAt = (performance.now() - start) / 1000;
    answer += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const seconds = (performance.now() - start) / 1000;
  const use = await watch.stop();
  if (code !== 0) throw new Error(`pomona run ended with ${code}: ${complaints}${answer}`);

  const summary = JSON.parse(answer) as RunSummary;
  const success = JSON.parse(await readFile(join(out, "_SUCCESS"), "utf8")) as { seconds: Record<string, number> };
  const firstImage = summary.firstImageSeconds ?? Number.NaN;
  return {
    images: summary.images,
    seconds,
    jobRate: summary.images / seconds,
    featurizingRate: summary.imagesPerSecond,
    phases: success.seconds,
    // The answer comes a little after the end of the work, so this is an upper bound.
    firstImage: { fromRun: firstImage, fromProcess: firstImage + answeredAt - summary.seconds },
    ...use,
  };
}
