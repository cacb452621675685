import {
  type ConfigSource,
  type ListedImage,
  type LogState,
  type ObjectStore,
  type Owner,
  RunLog,
  resolveConfig,
} from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { MemoryStore } from "@pomona/store";
import { type DrivenRun, type DriveRunOptions, driveRun } from "../src/drive-run.ts";
import { type ImageSource, listedImages } from "../src/image-source.ts";
import { type OpenedOutput, type OpenOutputOptions, openOutput } from "../src/open-output.ts";
import { FakePool } from "./fake-pool.ts";

/** A process of a boot that is over, as far as a later one is concerned. */
export const ownerOf = (bootId: string): Owner => ({ host: "here", bootId, pid: 1, startTime: "1" });

export const living: Owner = ownerOf("one boot");

let runs = 0;

export interface Scene {
  readonly home: ObjectStore;
  readonly input: ObjectStore;
  readonly out: ObjectStore;
}

/** Stores in memory with `count` images below two labels; every `badEvery`-th is unreadable. */
export async function stage({ count = 20, badEvery = 0 } = {}): Promise<Scene> {
  const scene = { home: new MemoryStore(), input: new MemoryStore(), out: new MemoryStore() };
  for (let i = 0; i < count; i++) {
    const isBad = badEvery > 0 && i % badEvery === 0;
    const key = `${i % 2 === 0 ? "apple" : "pear"}/${isBad ? "bad" : "good"}-${String(i).padStart(4, "0")}.jpg`;
    await scene.input.put(key, Buffer.from(key));
  }
  return scene;
}

export type Request = Partial<Omit<OpenOutputOptions, "config">> & { readonly config?: ConfigSource };

export function open({ home, input, out }: Scene, request: Request = {}): Promise<OpenedOutput> {
  runs += 1;
  return openOutput({
    home,
    input,
    out,
    newRun: `20260101-000000-${String(runs).padStart(6, "0")}`,
    // Every call is a process of its own, alone in its boot: all earlier ones are dead.
    owner: ownerOf(`boot ${runs}`),
    submittedBy: "me",
    pomona: "0.1.0",
    overwrite: false,
    refit: false,
    takeOver: false,
    now: () => new Date(),
    beforeBegin: async () => {},
    beforeReplace: async () => {},
    ...request,
    config: resolveConfig({ flags: { batchSize: 4, ...request.config } }),
  });
}

export type Drive = Partial<Pick<DriveRunOptions, "source" | "onProgress" | "machine" | "hasReducers">> & {
  readonly signal?: AbortSignal;
  readonly pool?: (queue: EmbeddedQueue, out: ObjectStore) => FakePool;
};

/** Drives what was opened with a pool of its own. */
export async function drive(
  { input, out }: Scene,
  opened: OpenedOutput,
  { pool: makePool = (queue, store) => new FakePool(queue, store), signal, ...more }: Drive = {},
): Promise<DrivenRun & { readonly made: FakePool["made"] }> {
  if (opened.kind !== "drive") throw new Error(`it is ${opened.kind}`);
  const queue = new EmbeddedQueue();
  const pool = makePool(queue, out);
  try {
    const driven = await driveRun({
      ...opened,
      out,
      source: listedImages({ input, features: opened.file.features }),
      machine: { csv: "compact", maxQuarantine: 1 },
      dispatch: { queue, window: () => 4, signal },
      ...more,
    });
    return { ...driven, made: pool.made };
  } finally {
    await pool.close();
  }
}

/** Opens and drives, as `pomona run` does. */
export async function runAll(scene: Scene, request: Request = {}, more: Drive = {}): Promise<OpenedOutput["kind"]> {
  const opened = await open(scene, request);
  if (opened.kind === "drive") {
    const { csv, maxQuarantine } = resolveConfig({ flags: { maxQuarantine: 1, ...request.config } }).machine;
    await drive(scene, opened, { machine: { csv, maxQuarantine }, ...more });
  }
  return opened.kind;
}

/** The published files but `_SUCCESS`, as text by key. */
export async function published({ out }: Scene): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { key } of out.list()) {
    if (key.startsWith("_")) continue;
    files[key] = Buffer.from(await out.get(key)).toString();
  }
  return files;
}

export async function keysOf(store: ObjectStore, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list({ prefix })) keys.push(key);
  return keys;
}

/** An image as a listing gives it. */
export const image = (key: string, more: Partial<ListedImage> = {}): ListedImage => ({
  key,
  label: "label",
  size: 1,
  modifiedAt: 1,
  ...more,
});

/** A listing of sorted keys; the function is asked anew each time, so it may change. */
export function sourceOf(keys: readonly string[] | (() => readonly string[])): ImageSource {
  return async function* source(after) {
    for (const key of typeof keys === "function" ? keys() : keys) {
      if (after === null || key > after) yield image(key);
    }
  };
}

/** What the log of its output comes to. */
export function stateOf({ out }: Scene): Promise<LogState> {
  return new RunLog(out).read();
}

/** A scene whose run is done. */
export async function finished(): Promise<Scene> {
  const scene = await stage();
  await runAll(scene);
  return scene;
}
