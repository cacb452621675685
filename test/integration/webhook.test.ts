import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunLog } from "@pomona/core";
import { openStore } from "@pomona/store";
import { expect, onTestFinished, test } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { weights } from "../support/places.ts";
import { startPool } from "../support/pool.ts";
import { redisServer } from "../support/redis.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

test.skipIf(redisServer === undefined)(
  "the end of a run is told although the coordinator that should have died before",
  async () => {
    const notices: Record<string, unknown>[] = [];
    const hook = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        notices.push(JSON.parse(body));
        // Whoever asks first waits for an answer when it dies.
        if (notices.length > 1) response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    const scratch = await makeScratch("webhook");
    const pool = await startPool(scratch);
    onTestFinished(async () => {
      await pool.close();
      hook.closeAllConnections();
      hook.close();
    });
    const photos = join(scratch, "photos");
    const out = join(scratch, "out");
    await copyPhotos(photos, 4);
    const notify = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const first = await pool.start("coordinator");
    const submitted = await pool.command(["submit", photos, "--out", out, "--weights", weights, "--notify", notify]);
    const run = submitted.stdout.trim();
    expect((await pool.command(["cancel", run])).code).toBe(0);
    await waitFor("the first notice", () => notices.length > 0);
    first.signalGroup("SIGKILL");
    await first.ended;

    await pool.start("coordinator");
    await waitFor("the second notice", () => notices.length > 1);
    expect(notices).toEqual(Array(2).fill({ run, out: `file://${out}/`, outcome: "cancelled" }));
    const log = new RunLog(await openStore(out, { cwd: "/" }));
    await waitFor("the log to say so", async () => (await log.read()).notified);
    expect((await pool.command(["status", run, "--json"])).json).toMatchObject({ state: "cancelled" });
    await pool.start("coordinator");
    await sleep(3000);
    expect(notices).toHaveLength(2);
  },
);
