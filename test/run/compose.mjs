// `npm run test:compose`: the compose project under Docker, with the seconds of each stage. Where Docker can't run, one line
// says so. On a Debian machine without an image registry, a script beside the repository makes engine and base images.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const image = process.env.POMONA_IMAGE ?? "pomona:test";
const offlineDocker = join(import.meta.dirname, "../../../shared/tools/offline-docker.sh");
/** Making an engine takes about 6 minutes; the suite as much. More is a machine that is not fit for it. */
const engineMs = 9 * 60_000;
const timings = [];

const obstacle = timed("engine", prepareDocker);
if (obstacle !== undefined) {
  console.log(`SKIPPED: test:compose (${obstacle})`);
} else {
  const environment = { ...process.env, POMONA_IMAGE: image, DOCKER_BUILDKIT: process.env.DOCKER_BUILDKIT ?? "" };
  // A second try: what is built comes from the network.
  const isBuilt = timed("image", () => build(environment) || build(environment));
  const passed = isBuilt && timed("suite", () => runs("npx", ["vitest", "run", "--project", "compose"], environment));
  console.log(`\ntest:compose: ${timings.join(", ")}`);
  process.exitCode = passed ? 0 : 1;
}

/** Why Docker can't be used here; undefined where it can. */
function prepareDocker() {
  if (isReady()) return undefined;
  if (!existsSync(offlineDocker)) return "no Docker engine with compose here, or no base images and no registry";
  if (process.getuid?.() !== 0) return "no Docker engine here, and only root may start one";
  console.log("Making a Docker engine and base images, since none can be fetched");
  const { status, error, signal } = spawnSync("bash", [offlineDocker], { stdio: "inherit", timeout: engineMs });
  if (isReady()) return undefined;
  return `no Docker engine could be made here: ${error?.message ?? `exit ${status ?? signal}`}`;
}

function isReady() {
  return succeeds("docker", ["info"]) && succeeds("docker", ["compose", "version"]) && baseImages().every(isHere);
}

/** Those of others: what the Dockerfile starts from, and what the project runs as it is. */
function baseImages() {
  const dockerfile = readFileSync("docker/Dockerfile", "utf8").matchAll(/^FROM (\S+:\S+)/gm);
  const env = { ...process.env, POMONA_IMAGE: image };
  const used = execFileSync("docker", ["compose", "config", "--images"], { encoding: "utf8", env }).trim().split("\n");
  return [...new Set([...[...dockerfile].map(([, name]) => name), ...used])].filter((name) => name !== image);
}

function isHere(name) {
  return succeeds("docker", ["image", "inspect", name]) || succeeds("docker", ["pull", "--quiet", name]);
}

function build(environment) {
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  const passed = proxies.filter((name) => process.env[name]).flatMap((name) => ["--build-arg", name]);
  return runs("docker", ["compose", "build", ...passed], environment);
}

function runs(command, parameters, env) {
  return spawnSync(command, parameters, { stdio: "inherit", env }).status === 0;
}

function succeeds(command, parameters) {
  try {
    execFileSync(command, parameters, { stdio: "ignore", timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

function timed(stage, work) {
  console.log(`\n=== ${stage}`);
  const startedAt = Date.now();
  try {
    return work();
  } finally {
    timings.push(`${stage} ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
}
