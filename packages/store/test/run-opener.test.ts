import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeJson, featureOptions, homeLayout, protocol, runLayout } from "@pomona/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderStore } from "../src/folder-store.ts";
import { createRunOpener } from "../src/run-opener.ts";

let folder: string;
let home: FolderStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-run-opener-"));
  home = new FolderStore(join(folder, "home"));
});
afterEach(() => rm(folder, { recursive: true }));

const idOf = (n: number): string => `20240101-000000-${String(n).padStart(6, "a")}`;

async function writeRun(run: string, { giveUpAfter = 7, speaks = protocol } = {}): Promise<FolderStore> {
  const out = new FolderStore(join(folder, run));
  const at = "2024-01-01T00:00:00Z";
  const input = `file://${folder}/`;
  const features = featureOptions.parse({});
  const file = { name: "pomona.run", version: 1, protocol: speaks, run, input, features, pomona: "0", at };
  const settings = { name: "pomona.run-settings", version: 1, csv: "compact", maxQuarantine: 0.01, giveUpAfter };
  await home.put(
    homeLayout.run(run),
    encodeJson({ name: "pomona.run-record", version: 1, run, out: out.uri, submittedBy: "test", at }),
  );
  await out.put(runLayout(run).config, encodeJson(file));
  await out.put(runLayout(run).settings, encodeJson(settings));
  return out;
}

test("finds a run by its id alone, with its settings, and tells what succeeds there", async () => {
  const run = idOf(1);
  const out = await writeRun(run);
  const told: string[] = [];
  const openRun = createRunOpener({ home, onSuccess: (id, operation) => told.push(`${id} ${operation}`) });
  const opened = await openRun(run);
  expect(opened).toMatchObject({ file: { run }, settings: { giveUpAfter: 7 }, out: { uri: out.uri } });
  expect(told).toEqual([]);
  await opened.out.put("x", Buffer.from("x"));
  await opened.input.stat("y");
  // A batch that can be read says nothing of its images.
  expect(told).toEqual([`${run} put`, `${run} input stat`]);
});

test("answers from memory until it is told to forget", async () => {
  const run = idOf(1);
  await writeRun(run);
  const openRun = createRunOpener({ home });
  const first = openRun(run);
  expect(openRun(run)).toBe(first);
  await first;
  await writeRun(run, { giveUpAfter: 20 });
  expect((await openRun(run)).settings.giveUpAfter).toBe(7);
  openRun.forget(run);
  expect((await openRun(run)).settings.giveUpAfter).toBe(20);
});

test("keeps the 64 runs that were asked for last", async () => {
  const openRun = createRunOpener({ home });
  for (let n = 0; n < 64; n++) await openRun(await writeRun(idOf(n)).then(() => idOf(n)));
  const [first, second] = [openRun(idOf(0)), openRun(idOf(1))];
  expect(openRun(idOf(0))).toBe(first);
  await writeRun(idOf(64));
  await openRun(idOf(64));
  expect(openRun(idOf(0))).toBe(first);
  expect(openRun(idOf(1))).toBe(second);
  await writeRun(idOf(2), { giveUpAfter: 99 });
  expect((await openRun(idOf(2))).settings.giveUpAfter).toBe(99);
});

test("a run of another protocol is refused, and tried again when it is asked for again", async () => {
  const run = idOf(1);
  await writeRun(run, { speaks: protocol + 1 });
  const openRun = createRunOpener({ home });
  await expect(openRun(run)).rejects.toMatchObject({
    code: "other-protocol",
    message: expect.stringContaining(`protocol ${protocol + 1}, this process ${protocol}`),
  });
  await writeRun(run);
  expect((await openRun(run)).file.run).toBe(run);
});
