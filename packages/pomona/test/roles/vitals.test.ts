import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Vitals } from "../../src/roles/vitals.ts";
import { scratchFolder } from "../scratch-folder.ts";

describe("what a process tells of itself", () => {
  test("counts jobs, images, and jobs that others had died with", () => {
    let now = 0;
    const vitals = new Vitals(() => now);
    vitals.jobStarted(0);
    vitals.jobEnded({ rows: 30, quarantined: 2, decoded: 32 });
    vitals.jobStarted(1);
    vitals.jobEnded();
    now = 8;
    const { jobs, images, imagesPerSecond, restarts } = vitals.tell();
    expect({ jobs, images, imagesPerSecond, restarts }).toEqual({
      jobs: 2,
      images: 32,
      imagesPerSecond: 4,
      restarts: 1,
    });
  });

  test("tells the share of the last seconds that its engines waited", () => {
    let now = 0;
    const vitals = new Vitals(() => now);
    expect(vitals.tell().engineWait, "nothing was computed").toBeUndefined();
    vitals.engineLoaded({ device: "gpu", decoders: 8 });
    now = 4;
    vitals.inferred({ busyMs: 1000, waitMs: 500 });
    vitals.inferred({ busyMs: 500, waitMs: 0 });
    expect(vitals.tell()).toMatchObject({ device: "gpu", decoders: 8, engineWait: 0.25 });
    now = 40;
    vitals.tell();
    now = 60;
    expect(vitals.tell().engineWait, "what was long ago is forgotten").toBeUndefined();
  });

  test.runIf(process.platform === "linux")("counts the memory of its children", async () => {
    const before = new Vitals().tell().rssBytes;
    const file = join(await scratchFolder(), "child.cjs");
    await writeFile(file, "process.send('here'); setInterval(() => {}, 1000);");
    const child = fork(file);
    await once(child, "message");
    const { rssBytes } = new Vitals().tell();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(rssBytes).toBeGreaterThan(before + 10e6);
  });
});
