import { existsSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Compose, type Container, docker, leftovers, openCompose } from "../support/compose.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { weights } from "../support/places.ts";
import { mustRun, runArguments } from "../support/pomona.ts";
import { readQuarantine } from "../support/read-quarantine.ts";
import { readParts, readTable, type TableRow } from "../support/read-table.ts";
import { imagesInShards, readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const count = 300;
/** Small batches, so that a run has a middle. */
const options = ["--batch-size", "8", ...(existsSync(weights) ? [] : ["--weights", "untrained"])];
/** Seconds after SIGTERM that a container may take, as the compose file says. */
const graceSeconds: Readonly<Record<string, number>> = { worker: 110, reducer: 110 };
const otherGraceSeconds = 30;

/** One system in containers, through good and bad times, in this order. */
describe("docker compose up", () => {
  let compose: Compose;
  let keys: string[];
  /** Rows of an embedded run, by label and name of the photo. */
  let embedded: Map<string, TableRow>;
  let undisturbed: Map<string, Buffer>;

  beforeAll(async () => {
    const scratch = await makeScratch("compose");
    compose = await openCompose(scratch);
    const photos = join(compose.photos, "fruits");
    keys = (await copyPhotos(photos, count)).sort();
    await plantLargeImage(photos, join(compose.photos, "planted"), keys.slice(0, 40));
    const out = join(scratch, "embedded");
    await mustRun(runArguments(photos, out), { scratch });
    embedded = new Map((await readTable(out)).map((row) => [keyOf(row), row]));
    await compose.run(["up", "--detach", "--wait", "--wait-timeout", "240"]);
  });
  afterAll(async () => {
    await compose?.run(["down", "--volumes", "--remove-orphans", "--timeout", "20"]);
  });

  async function start(name: string, input = "s3://photos/fruits"): Promise<string> {
    onTestFailed(async () => console.log(await compose.logs()));
    return compose.pomona("submit", input, "--out", `s3://results/${name}`, ...options);
  }
  /** Waits until some of a run is done; throws where all of it is. */
  async function middleOf(name: string): Promise<void> {
    const out = join(compose.results, name);
    await waitFor(`the middle of ${name}`, async () => imagesInShards(await readRunState(out)) > 30, { seconds: 120 });
    expect(imagesInShards(await readRunState(out))).toBeLessThan(count);
  }
  async function expectUndisturbed(name: string): Promise<void> {
    const parts = await readParts(await compose.result(name));
    expect([...parts.keys()]).toEqual([...undisturbed.keys()]);
    // Not `toEqual`, which takes a minute for some million bytes.
    for (const [part, bytes] of parts) expect(undisturbed.get(part)?.equals(bytes), part).toBe(true);
  }
  async function only(service: string): Promise<Container> {
    const [container] = await compose.containers(service);
    if (container === undefined) throw new Error(`no container of ${service}`);
    return container;
  }

  it("makes of 300 photos the table of an embedded run", async () => {
    await start("undisturbed");
    const out = await compose.result("undisturbed");
    expect((await readSuccess(out)).books).toMatchObject({ listed: count, featurized: count, quarantined: 0 });
    const rows = await readTable(out);
    expect(rows.map(keyOf)).toEqual(keys);
    for (const row of rows) expectSameFeatures(row, embedded);
    for (const row of rows) {
      const twin = embedded.get(keyOf(row));
      for (const [i, value] of row.pcaFeatures.entries())
        expect(value).toBeCloseTo(twin?.pcaFeatures[i] ?? Number.NaN, 9);
    }
    undisturbed = await readParts(out);
  });

  it("tells on /metrics what was done", async () => {
    const [coordinator, worker, reducer] = await Promise.all(
      ["coordinator", "worker", "reducer"].map((service) => compose.page(service, "/metrics")),
    );
    expect(worker).toContain(`pomona_images_total{result="featurized"} ${count}`);
    expect(worker).toMatch(/^pomona_stalled_jobs_total 0$/m);
    expect(reducer).toMatch(/^pomona_jobs_total\{kind="fit",result="completed"\} 1$/m);
    expect(coordinator).toMatch(/^pomona_active_runs 0$/m);
    expect(JSON.parse(await compose.page("coordinator", "/backlog"))).toMatchObject({ features: 0 });
  });

  it("runs nothing as root, nothing with a capability, nothing on a file system that can be written", async () => {
    const containers = await compose.containers();
    expect(containers.map(serviceOf).sort()).toEqual(expect.arrayContaining(["coordinator", "redis", "s3", "worker"]));
    for (const { Config, HostConfig } of containers) {
      expect(Config.User.split(":")[0]).not.toMatch(/^(|root|0)$/);
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, Privileged: false, CapDrop: ["ALL"] });
      expect(HostConfig.CapAdd ?? []).toEqual([]);
      expect(HostConfig.SecurityOpt).toContain("no-new-privileges:true");
      expect(HostConfig.Memory).toBeGreaterThan(0);
      expect(HostConfig.PidsLimit).toBeGreaterThan(0);
    }
    for (const { Id } of containers.filter(({ State }) => State.Status === "running")) {
      const status = await docker(["exec", Id, "cat", "/proc/1/status"]);
      expect(status).toMatch(/^CapEff:\s0+$/m);
      expect(status).not.toMatch(/^Uid:\s0\s/m);
    }
  });

  it("lets people from this machine to the dashboard, and nobody in without a password", async () => {
    const address = await compose.run(["port", "dashboard", "8080"]);
    expect(address).toMatch(/^127\.0\.0\.1:/);
    const page = await fetch(`http://${address}/`, { redirect: "manual" });
    expect([302, 303, 401]).toContain(page.status);
    expect(await compose.run(["logs", "dashboard"])).toMatch(/log in as operator with \S{16}/);
  });

  it("publishes S3 and the dashboard alone, and these on loopback", async () => {
    for (const container of await compose.containers()) {
      const bindings = Object.values(container.HostConfig.PortBindings).flat();
      expect(bindings.every(({ HostIp }) => HostIp === "127.0.0.1")).toBe(true);
      expect(bindings.length, serviceOf(container)).toBe(["s3", "dashboard"].includes(serviceOf(container)) ? 1 : 0);
    }
  });

  it("has an init as first process and jemalloc in ours", async () => {
    for (const service of ["coordinator", "worker", "reducer"]) {
      const { Id } = await only(service);
      expect(await docker(["exec", Id, "cat", "/proc/1/comm"])).toBe("tini");
      const mapsOfChild = "read child _ < /proc/1/task/1/children; cat /proc/$child/maps";
      expect(await docker(["exec", Id, "sh", "-c", mapsOfChild])).toContain("libjemalloc");
    }
  });

  it("gives the same bytes with three workers of which one is killed", async () => {
    await compose.run(["up", "--detach", "--wait", "--wait-timeout", "240", "--no-recreate", "--scale", "worker=3"]);
    const workers = await compose.containers("worker");
    expect(workers).toHaveLength(3);
    await start("killed");
    await middleOf("killed");
    await docker(["kill", workers[0].Id]);
    await expectUndisturbed("killed");
  });

  it("gives the same bytes when Redis starts again in the middle", async () => {
    await start("redis");
    await middleOf("redis");
    await compose.run(["restart", "redis"]);
    await expectUndisturbed("redis");
  });

  it("quarantines the image that a worker has not the memory for, and nothing else", async () => {
    const small = ["--file", "compose.yaml", "--file", "test/compose/small-worker.yaml"];
    await compose.run([
      ...small,
      ...["up", "--detach", "--wait", "--wait-timeout", "240", "--no-deps", "--scale", "worker=1", "worker"],
    ]);
    await start("planted", "s3://photos/planted");
    const out = await compose.result("planted");
    const quarantine = await readQuarantine(out);
    expect(quarantine.map(({ path, stage, reason }) => [path, stage, reason])).toEqual([
      ["s3://photos/planted/Apple/large.jpg", "infer", "crashed"],
    ]);
    const rows = await readTable(out);
    expect(rows).toHaveLength(40);
    for (const row of rows) expectSameFeatures(row, embedded);
    expect((await only("worker")).RestartCount).toBeLessThanOrEqual(3);
  });

  it("ends every process with exit code 0 within its grace time, work in hand or not", async () => {
    await compose.run(["up", "--detach", "--wait", "--wait-timeout", "240"]);
    await start("stopped");
    await middleOf("stopped");
    const toldAt = Date.now();
    await compose.run(["stop"]);
    for (const container of await compose.containers()) {
      const service = serviceOf(container);
      const { Status, ExitCode, FinishedAt } = container.State;
      expect([service, Status, ExitCode]).toEqual([service, "exited", 0]);
      const grace = graceSeconds[service] ?? otherGraceSeconds;
      expect(container.Config.StopTimeout ?? otherGraceSeconds, service).toBe(grace);
      expect((Date.parse(FinishedAt) - toldAt) / 1000, service).toBeLessThan(grace);
    }
    expect(existsSync(join(compose.results, "stopped/_SUCCESS"))).toBe(false);
  });

  it("goes on where it was stopped", async () => {
    await compose.run(["up", "--detach", "--wait", "--wait-timeout", "240"]);
    await expectUndisturbed("stopped");
  });

  it("leaves nothing after `down --volumes` but the results", async () => {
    await compose.run(["down", "--volumes"]);
    expect(await leftovers(compose.project)).toEqual([]);
    expect(existsSync(join(compose.results, "stopped/_SUCCESS"))).toBe(true);
  });
});

const serviceOf = ({ Config }: Container): string => Config.Labels["com.docker.compose.service"] ?? "";

/** `label/name` of a row's photo, wherever it lies. */
function keyOf({ path }: TableRow): string {
  return path.split("/").slice(-2).join("/");
}

function expectSameFeatures(row: TableRow, embedded: ReadonlyMap<string, TableRow>): void {
  const twin = embedded.get(keyOf(row));
  expect(row.label).toBe(twin?.label);
  expect(twin === undefined || Buffer.compare(bytesOf(row), bytesOf(twin))).toBe(0);
}

const bytesOf = ({ features }: TableRow): Buffer => Buffer.from(features.buffer);

/**
 * Copies of photos, and among them an image of 49 million pixels, which is allowed. A progressive JPEG needs all its
 * coefficients in memory, 294 MB, and its pixels, 147 MB.
 */
async function plantLargeImage(photos: string, folder: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) await cp(join(photos, key), join(folder, key));
  await mkdir(join(folder, "Apple"), { recursive: true });
  const create = { width: 7000, height: 7000, channels: 3, background: "red" } as const;
  const jpeg = sharp({ create }).jpeg({ progressive: true, chromaSubsampling: "4:4:4", optimiseScans: false });
  await writeFile(join(folder, "Apple", "large.jpg"), await jpeg.toBuffer());
}
