import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { identifyProcess, isAlive } from "../src/process-identity.ts";

describe("a process", () => {
  test("is alive to itself", async () => {
    const here = await identifyProcess();
    expect(here).toMatchObject({
      pid: process.pid,
      host: expect.stringMatching(/./),
      startTime: expect.stringMatching(/./),
    });
    expect(await isAlive(here, here)).toBe(true);
    expect(await identifyProcess()).toEqual(here);
  });

  test("of another boot, with another start time or of no number at all is dead", async () => {
    const here = await identifyProcess();
    expect(await isAlive({ ...here, bootId: "another" }, here)).toBe(false);
    expect(await isAlive({ ...here, startTime: "1" }, here)).toBe(false);
    expect(await isAlive({ ...here, pid: 2 ** 30 }, here)).toBe(false);
  });

  test("of another host is unknown", async () => {
    const here = await identifyProcess();
    expect(await isAlive({ ...here, host: "elsewhere" }, here)).toBeUndefined();
  });

  test.runIf(process.platform === "linux")("that is a zombie is dead", async () => {
    // A shell that becomes `sleep` never asks how its own child ended.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 30"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(line.toString());
      const state = async () => {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8");
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      };
      const startTime = (await state())[19];
      const here = await identifyProcess();
      process.kill(pid, "SIGKILL");
      await expect.poll(async () => (await state())[0], { timeout: 5000 }).toBe("Z");
      expect(await isAlive({ ...here, pid, startTime }, here)).toBe(false);
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
