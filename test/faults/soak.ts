import { link, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "../../bench/machine.ts";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { processTree } from "../support/process-tree.ts";
import { readSuccess } from "../support/run-state.ts";
import type { Pool } from "./pool.ts";
import type { Stage } from "./stage.ts";
import { Theatre } from "./theatre.ts";

// F18: `npm run faults:soak [-- --images 100000]`. A long run, and whether anything grows: resident memory and open
// files of each role from 20 % of the batches to the end, keys and events of Redis. Prints a line a minute; all of them
// go into soak.json.

const { values } = parseArgs({ options: { images: { type: "string", default: "100000" } } });
const images = Number(values.images);
/** Different drawings; each is linked often, since only their number matters here. */
const drawings = Math.min(images, 2000);
const growthLimit = 1.1;
const eventLimit = 20_000;

interface Sample {
  readonly done: number;
  readonly memory: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, number>>;
  readonly redisKeys: number;
  readonly redisBytes: number;
  readonly events: number;
}

const theatre = await Theatre.open();
let wrong: string[] = [];
try {
  wrong = await theatre.play(soak);
} finally {
  await theatre.close();
}
process.exit(wrong.length === 0 ? 0 : 1);

async function soak(stage: Stage): Promise<string[]> {
  const input = join(stage.s3.folder, "photos/soak");
  await linkPhotos(input);
  const pool = await stage.startPool();
  const { out, folder } = stage.output();
  await pool.submit(out, { input: "s3://photos/soak", flags: ["--batch-size", "64"] });
  const samples: Sample[] = [];
  const finished = pool.finished(folder, { seconds: 6 * 3600 });
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      samples.push(await sample(pool, folder));
      console.log(JSON.stringify(samples.at(-1)));
      for (let second = 0; second < 60 && !isOver; second++) await sleep(1000);
    }
  })();
  const seconds = await finished.finally(() => {
    isOver = true;
  });
  await sampling;
  const found = judge(samples, (await readSuccess(folder)).books.featurized);
  await writeFile(new URL("soak.json", import.meta.url), describe({ images, seconds, found, samples }));
  console.log(`${images} images in ${seconds.toFixed(0)} s: ${found.join("; ") || "nothing grows"}`);
  return found;
}

async function linkPhotos(input: string): Promise<void> {
  const drawn = join(dirname(input), "soak-drawings");
  const keys = await drawPhotos(drawn, { count: drawings });
  for (let i = 0; i < images; i++) {
    const key = keys[i % keys.length];
    const folder = join(input, dirname(key));
    if (i < drawings) await mkdir(folder, { recursive: true });
    await link(join(drawn, key), join(folder, `${Math.floor(i / drawings)}-${basename(key)}`));
  }
}

async function sample(pool: Pool, folder: string): Promise<Sample> {
  const memory: Record<string, number> = {};
  const files: Record<string, number> = {};
  for (const [i, member] of pool.members.entries()) {
    const name = `${member.role}-${i}`;
    for (const pid of await processTree(member.pid)) {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      memory[name] = (memory[name] ?? 0) + Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
      files[name] = (files[name] ?? 0) + (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
    }
  }
  const run = (await readdir(join(folder, "_run")).catch(() => [])).find((name) => /^\d{8}-/.test(name)) ?? "none";
  return {
    done: (await readdir(join(folder, "_run", run, "shards")).catch(() => [])).length,
    memory,
    files,
    redisKeys: Number(await pool.redis.call("DBSIZE")),
    redisBytes: await pool.redis.memory(),
    events: Number(await pool.redis.call("XLEN", "{pomona}:features:events")),
  };
}

/** JSON with a line a sample. */
function describe({
  samples,
  ...rest
}: {
  readonly samples: readonly Sample[];
  readonly [name: string]: unknown;
}): string {
  const lines = samples.map((sample) => `  ${JSON.stringify(sample)}`).join(",\n");
  const head = JSON.stringify({ machine: describeMachine(), ...rest }, undefined, 1).slice(0, -2);
  return `${head},\n "samples": [\n${lines}\n ]\n}\n`;
}

function judge(samples: readonly Sample[], featurized: number): string[] {
  const last = samples.at(-1);
  const early = samples.find(({ done }) => done >= 0.2 * (last?.done ?? 0));
  // While features are made: reducers only begin to work after that.
  const late = samples.findLast(({ done }) => done < (last?.done ?? 0)) ?? last;
  if (early === undefined || late === undefined || last === undefined) return ["too few samples"];
  const grows = (name: string, before: number, after: number): string[] =>
    after > growthLimit * before ? [`${name} grew from ${before} to ${after}`] : [];
  const workers = Object.keys(early.memory).filter((name) => !name.startsWith("reducer"));
  return [
    ...(featurized === images ? [] : [`${featurized} of ${images} featurized`]),
    ...workers.flatMap((name) => grows(`memory of ${name}`, early.memory[name], late.memory[name])),
    ...workers.flatMap((name) => grows(`open files of ${name}`, early.files[name] + 5, late.files[name])),
    ...grows("keys of Redis", early.redisKeys + 20, late.redisKeys),
    ...(last.events > eventLimit ? [`${last.events} events in Redis`] : []),
  ];
}
