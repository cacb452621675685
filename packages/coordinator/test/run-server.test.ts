import {
  decodeRunFile,
  decodeRunSettings,
  homeLayout,
  type LogEntry,
  MissingObjectError,
  type OpenRun,
  RunLog,
  runLayout,
} from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { afterEach, expect, test } from "vitest";
import type { RunEnd } from "../src/active-run.ts";
import { listedImages } from "../src/image-source.ts";
import { RunServer } from "../src/run-server.ts";
import { FakePool } from "./fake-pool.ts";
import { open, ownerOf, published, runAll, type Scene, stage } from "./scene.ts";

const at = "2026-01-01T00:00:00.000Z";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A run of `scene` that waits for a coordinator; returns its id. */
async function submit(scene: Scene): Promise<string> {
  const opened = await open(scene, { drives: false, config: { maxQuarantine: 1 } });
  return opened.file.run;
}

interface Server {
  readonly server: RunServer;
  readonly ends: RunEnd[];
  readonly queue: EmbeddedQueue;
}

function serve(scene: Scene, { boot = "coordinator", working = true } = {}): Server {
  const queue = new EmbeddedQueue();
  if (working) new FakePool(queue, scene.out);
  const ends: RunEnd[] = [];
  const openRun = async (run: string): Promise<OpenRun> => {
    const { config, settings } = runLayout(run);
    return {
      file: decodeRunFile(await scene.out.get(config), config),
      settings: decodeRunSettings(await scene.out.get(settings), settings),
      input: scene.input,
      out: scene.out,
    };
  };
  const server = new RunServer({
    home: scene.home,
    openRun,
    sourceOf: async ({ file }) => listedImages({ input: scene.input, features: file.features }),
    queue,
    owner: ownerOf(boot),
    onEnded: (_, end) => ends.push(end),
    onTrouble: (error) => {
      throw error;
    },
  });
  closers.push(
    () => server.close(),
    () => queue.close(),
  );
  return { server, ends, queue };
}

async function until(condition: () => boolean | Promise<boolean>, step: () => unknown = () => {}): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await condition()) return;
    await step();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("it never came to that");
}

const write = (scene: Scene, entry: LogEntry) => new RunLog(scene.out).append(() => entry);
const statusOf = async (scene: Scene) => (await new RunLog(scene.out).read()).status;

test("a submitted run is adopted and ends like one that its caller drove", async () => {
  const scene = await stage({ count: 60 });
  const alone = await stage({ count: 60 });
  await runAll(alone);
  await submit(scene);
  const { server, ends } = serve(scene);
  await server.round();
  await until(() => ends.length === 1);
  expect(ends[0]?.outcome).toBe("done");
  expect(await statusOf(scene)).toBe("done");
  expect(await published(scene)).toEqual(await published(alone));
  expect(server.active).toEqual([]);
});

test("finished, foreign and half-recorded runs are left alone", async () => {
  const scene = await stage();
  await runAll(scene);
  await scene.home.put("runs/20200101-000000-abcdef.json", Buffer.from("{}"));
  await scene.home.put("runs/notes.txt", Buffer.from("mine"));
  const { server } = serve(scene);
  await server.round();
  expect(server.active).toEqual([]);
});

test("of two coordinators one drives the run", async () => {
  const scene = await stage({ count: 60 });
  await submit(scene);
  const servers = [serve(scene, { boot: "same" }), serve(scene, { boot: "same" })];
  await Promise.all(servers.map(({ server }) => server.round()));
  expect(servers.map(({ server }) => server.active.length).sort()).toEqual([0, 1]);
});

test("what a coordinator leaves, the next one finishes", async () => {
  const scene = await stage({ count: 60 });
  await submit(scene);
  const first = serve(scene, { working: false });
  await first.server.round();
  await until(() => first.server.backlog.features > 0);
  await first.server.close();
  expect(first.ends).toEqual([{ outcome: "left", reason: "the coordinator stops" }]);
  expect(await statusOf(scene)).toBe("running");
  const second = serve(scene, { boot: "next" });
  await second.server.round();
  await until(() => second.ends.length === 1);
  expect(second.ends[0]?.outcome).toBe("done");
});

test("pausing withdraws the jobs and empties the backlog, resuming goes on", async () => {
  const scene = await stage({ count: 60 });
  await submit(scene);
  const { server, queue, ends } = serve(scene, { working: false });
  await server.round();
  await until(async () => (await queue.counts("features")).waiting > 0 && server.backlog.features === 15);
  await write(scene, { kind: "paused", at, by: "me" });
  await server.round();
  await until(async () => (await queue.counts("features")).waiting === 0);
  expect(server.backlog).toEqual({ features: 0, reduce: 0 });
  expect(server.active[0]?.paused).toBe(true);
  new FakePool(queue, scene.out);
  await write(scene, { kind: "resumed", at, by: "me" });
  await server.round();
  await until(() => ends.length === 1);
  expect(ends[0]?.outcome).toBe("done");
});

test("a cancelled run is left, and stays cancelled", async () => {
  const scene = await stage({ count: 60 });
  await submit(scene);
  const { server, queue, ends } = serve(scene, { working: false });
  await server.round();
  await until(async () => (await queue.counts("features")).waiting > 0);
  await write(scene, { kind: "cancelled", at, by: "me" });
  await until(
    () => ends.length === 1,
    () => server.round(),
  );
  expect(ends[0]).toMatchObject({ outcome: "left", reason: expect.stringContaining("was cancelled by me") });
  expect((await queue.counts("features")).waiting).toBe(0);
  await server.round();
  expect(server.active).toEqual([]);
  expect(await statusOf(scene)).toBe("cancelled");
});

test("a failed run is taken up again when somebody asks for it", async () => {
  const scene = await stage({ count: 60, badEvery: 2 });
  const run = (await open(scene, { drives: false })).file.run;
  const { server, ends } = serve(scene);
  await server.round();
  await until(() => ends.length === 1);
  expect(ends[0]).toMatchObject({ outcome: "failed", error: { code: "too-many-quarantined" } });
  await open(scene, { drives: false, config: { maxQuarantine: 1 } });
  server.look(run);
  await server.round();
  await until(() => ends.length === 2);
  expect(ends[1]?.outcome).toBe("done");
});

test("a run whose files are gone is no trouble", async () => {
  const scene = await stage();
  const run = await submit(scene);
  await scene.out.delete([runLayout(run).config]);
  const { server } = serve(scene);
  await server.round();
  expect(server.active).toEqual([]);
  await expect(scene.out.get(runLayout(run).config)).rejects.toThrow(MissingObjectError);
});

test("a home of many finished runs does not keep a new one waiting", async () => {
  const scene = await stage({ count: 4 });
  for (let i = 0; i < 64; i++) await scene.home.put(homeLayout.run(`20250101-000000-${1000 + i}00`), Buffer.from("{}"));
  let now = 0;
  let most = 0;
  const opened: string[] = [];
  const queue = new EmbeddedQueue();
  const server = new RunServer({
    home: scene.home,
    async openRun(run) {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
      opened.push(run);
      throw new MissingObjectError("run.json", "memory:///");
    },
    sourceOf: async () => {
      throw new Error("nothing is driven");
    },
    queue,
    owner: ownerOf("coordinator"),
  });
  closers.push(() => queue.close());
  await server.round();
  expect(new Set(opened).size).toBe(64);
  expect(most).toBe(16);
});
