// What suites in containers need of this machine. On a Debian machine without an image registry, a script beside the
// repository makes engine and base images.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const offlineDocker = join(import.meta.dirname, "../../../shared/tools/offline-docker.sh");
/** Making an engine takes about 6 minutes. More is a machine that is not fit for it. */
const engineMs = 9 * 60_000;

/** Engine, compose where it is asked for, and base images. Returns why Docker can't be used here; undefined where it can. */
export function prepareDocker({ baseImages, compose = false }) {
  const isReady = () =>
    succeeds("docker", ["info"]) &&
    (!compose || succeeds("docker", ["compose", "version"])) &&
    baseImages().every(isHere);
  if (isReady()) return undefined;
  if (!existsSync(offlineDocker)) return "no Docker engine here, or no base images and no registry";
  if (process.getuid?.() !== 0) return "no Docker engine here, and only root may start one";
  console.log("Making a Docker engine and base images, since none can be fetched");
  const { status, error, signal } = spawnSync("bash", [offlineDocker], { stdio: "inherit", timeout: engineMs });
  if (isReady()) return undefined;
  return `no Docker engine could be made here: ${error?.message ?? `exit ${status ?? signal}`}`;
}

/** For `docker build`: the proxies of this machine. */
export function proxyArguments() {
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  return proxies.filter((name) => process.env[name]).flatMap((name) => ["--build-arg", name]);
}

/** What is built comes from the network: tried twice. */
export function tryTwice(work) {
  return work() || work();
}

export function succeeds(command, parameters, options = { stdio: "ignore", timeout: 60_000 }) {
  return spawnSync(command, parameters, options).status === 0;
}

/** Runs work, and keeps its seconds. */
export function stopwatch() {
  const timings = [];
  return {
    timings,
    timed(stage, work) {
      console.log(`\n=== ${stage}`);
      const startedAt = performance.now();
      try {
        return work();
      } finally {
        timings.push(`${stage} ${Math.round((performance.now() - startedAt) / 1000)} s`);
      }
    },
  };
}

function isHere(name) {
  return succeeds("docker", ["image", "inspect", name]) || succeeds("docker", ["pull", "--quiet", name]);
}
