import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { pomonaBin, weights } from "../support/places.ts";
import { waitFor } from "../support/wait-for.ts";
import { askProbe, bytesOf, type DockerPod, docker, logsOf, startDockerPod } from "./docker-pod.ts";
import { containersOf, isPomona, type Manifest, ofKind, type PlacedContainer, workloadsOf } from "./manifest.ts";
import { render } from "./render.ts";

/** Set by `npm run test:k8s` where Docker can run: the image of docker/Dockerfile, target `app`. */
const image = process.env.TEST_POMONA_IMAGE;

const buckets = ["example-pomona-photos", "example-pomona-results"];
const home = "s3://example-pomona-results";
const out = "results/first";

/** Without users a dashboard serves nobody but its own machine. */
function dashboardUsers(): string {
  const password = randomBytes(20).toString("hex");
  return execFileSync(process.execPath, [pomonaBin, "dashboard", "user", "somebody"], {
    input: password,
    encoding: "utf8",
  });
}

/** The containers of the overlay `eks` as they are, but for the image and where Redis and S3 are. */
describe.skipIf(image === undefined)("the containers of k8s/overlays/eks", () => {
  const prefix = `pomona-k8s-${randomBytes(4).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "pomona-k8s-"));
  const manifests = render("k8s/overlays/eks");
  const region = ofKind(manifests, "ConfigMap")[0].data?.AWS_REGION ?? "";
  const pods = new Map<string, DockerPod>();
  const keys = { "access-key": randomBytes(10).toString("hex"), "secret-key": randomBytes(20).toString("hex") };

  /** As docs/eks.md has them made by hand. */
  const secrets = {
    "pomona-redis": { url: "redis://redis:6379" },
    "pomona-s3": keys,
    "pomona-dashboard": { users: image === undefined ? "" : dashboardUsers().trim() },
  };

  /** Instead of a role by Pod Identity, and of S3 itself. */
  const env = {
    POMONA_S3_ENDPOINT: "http://s3:7070",
    AWS_ACCESS_KEY_ID: keys["access-key"],
    AWS_SECRET_ACCESS_KEY: keys["secret-key"],
    ...(weights === "untrained" ? { POMONA_WEIGHTS: "untrained" } : {}),
  };

  function start(placed: PlacedContainer, all: readonly Manifest[], more: object = {}): DockerPod {
    const pod = startDockerPod(placed, { manifests: all, network: prefix, prefix, secrets, ...more });
    pods.set(pod.name, pod);
    return pod;
  }

  /** Those of Pomona in the overlay, by the name of their workload. */
  function placedOf(name: string): PlacedContainer {
    const workload = workloadsOf(manifests).find(({ manifest }) => manifest.metadata.name === name);
    if (workload === undefined) throw new Error(`no workload ${name}`);
    return containersOf(workload)[0];
  }

  function startRole(name: string): DockerPod {
    const models: Record<string, string> = existsSync(weights) ? { "/work/models": dirname(weights) } : {};
    return start(placedOf(name), manifests, { image, env, folders: models });
  }

  async function ready(pod: DockerPod): Promise<void> {
    const good = pod.placed.container.readinessProbe?.exec ? 0 : 200;
    await waitFor(
      `${pod.name} to be ready`,
      async () => {
        const running = docker("inspect", "--format", "{{.State.Running}}", pod.id);
        if (running !== "true") throw new Error(`${pod.name} ended:\n${logsOf(pod)}`);
        return (await askProbe(pod, "readinessProbe")) === good;
      },
      { seconds: 300, everyMs: 500 },
    );
  }

  /** SIGTERM, as a kubelet sends it. Returns the exit code and the seconds until it was there. */
  function stop({ id }: DockerPod): { code: number; seconds: number } {
    const from = performance.now();
    docker("kill", "--signal", "TERM", id);
    const code = Number(docker("wait", id));
    return { code, seconds: (performance.now() - from) / 1000 };
  }

  function remove({ id, name }: DockerPod): void {
    docker("rm", "--force", "--volumes", id);
    pods.delete(name);
  }

  /** Changes whose files these are, or who may touch them: those in them belong to the containers' user. */
  function asRoot(path: string, program: "chown" | "chmod", to: string): void {
    docker(
      "run",
      "--rm",
      "--user=0",
      `--volume=${path}:/all`,
      `--entrypoint=${program}`,
      image ?? "",
      "-R",
      to,
      "/all",
    );
  }

  beforeAll(async () => {
    const data = join(folder, "data");
    for (const bucket of buckets) mkdirSync(join(data, "buckets", bucket), { recursive: true });
    mkdirSync(join(data, "metadata"));
    const photos = join(folder, "photos");
    await copyPhotos(photos, 160);
    cpSync(photos, join(data, "buckets", buckets[0], "photos"), { recursive: true });
    asRoot(data, "chown", "1000:1000");
    docker("network", "create", prefix);
    // Redis and S3 by the manifests of the overlay `dev`.
    const dev = render("k8s/overlays/dev");
    const stateful = workloadsOf(dev).filter((workload) => !isPomona(workload));
    const services = stateful.flatMap((workload) =>
      containersOf(workload)
        .filter(({ isInit }) => !isInit)
        .map((placed) =>
          start(placed, dev, {
            // As if it were the S3 of the region that the overlay names.
            env: { VGW_REGION: region },
            folders: placed.container.name === "versitygw" ? { data } : {},
          }),
        ),
    );
    await Promise.all(services.map(ready));
  });

  afterAll(() => {
    for (const pod of [...pods.values()]) remove(pod);
    docker("network", "rm", prefix);
    asRoot(folder, "chmod", "777");
    rmSync(folder, { recursive: true, force: true });
  });

  const names = workloadsOf(manifests).map(({ manifest }) => manifest.metadata.name);

  it("become ready as their probes ask, confined as their manifests say", async () => {
    expect(names).toEqual(expect.arrayContaining(["coordinator", "worker-cpu", "reducer", "dashboard"]));
    const roles = names.map(startRole);
    for (const pod of roles) {
      await ready(pod);
      expect(await askProbe(pod, "livenessProbe")).toBe(200);
      const [inspected] = JSON.parse(docker("inspect", pod.id));
      expect(inspected.Config.User).toBe("1000:1000");
      expect(inspected.HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ["ALL"], Privileged: false });
      expect(inspected.HostConfig.Memory).toBe(bytesOf(String(pod.placed.container.resources?.limits?.memory)));
      expect(docker("exec", pod.id, "id", "-u")).toBe("1000");
      expect(
        docker(
          "exec",
          pod.id,
          "sh",
          "-c",
          "touch /work/x /var/cache/pomona/x 2>/dev/null; touch /tmp/x; ls /tmp/x /work/x 2>/dev/null || true",
        ),
      ).toBe("/tmp/x");
    }
  });

  it("end with 0 within their grace when they are told to, a worker in the middle of a run, which loses nothing", async () => {
    const podOf = (name: string): DockerPod => {
      const found = [...pods.values()].find(({ placed }) => placed.workload.manifest.metadata.name === name);
      if (found === undefined) throw new Error(`${name} does not run`);
      return found;
    };
    const coordinator = podOf("coordinator");
    const pomona = (...args: string[]): string => docker("exec", coordinator.id, "pomona", ...args);
    const run = pomona("submit", "s3://example-pomona-photos/photos", "--out", `${home}/${out}`);
    const shards = join(folder, "data/buckets", buckets[1], out, "_run", run, "shards");
    await waitFor("a shard", () => existsSync(shards), { seconds: 120, everyMs: 20 });

    const worker = podOf("worker-cpu");
    const graceOf = ({ placed }: DockerPod): number =>
      (placed.workload.pod.terminationGracePeriodSeconds ?? 30) -
      (placed.container.lifecycle?.preStop?.sleep?.seconds ?? 0);
    const stopped = stop(worker);
    console.log(`worker-cpu in work: exit ${stopped.code} after ${stopped.seconds.toFixed(1)} s of ${graceOf(worker)}`);
    expect(stopped.code).toBe(0);
    expect(stopped.seconds).toBeLessThan(graceOf(worker));
    expect(JSON.parse(pomona("status", run, "--json"))).toMatchObject({ state: "running" });

    remove(worker);
    startRole("worker-cpu");
    await waitFor("the end of the run", () => existsSync(join(folder, "data/buckets", buckets[1], out, "_SUCCESS")), {
      seconds: 300,
      everyMs: 200,
    });
    expect(JSON.parse(pomona("validate", `${home}/${out}`, "--json"))).toMatchObject({ ok: true });

    for (const name of names) {
      const pod = podOf(name);
      const { code, seconds } = stop(pod);
      console.log(`${name}: exit ${code} after ${seconds.toFixed(1)} s of ${graceOf(pod)}`);
      expect(code, logsOf(pod)).toBe(0);
      expect(seconds).toBeLessThan(graceOf(pod));
    }
  });
});
