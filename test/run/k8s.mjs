// `npm run test:k8s`: the manifests of k8s/, and where Docker can run, the containers that they describe. Where it can't, one
// line says so. On a Debian machine without an image registry, a script beside the repository makes engine and base images.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { prepareKustomize } from "./prerequisites.mjs";

const image = "pomona:test";
/** What docker/Dockerfile starts from, and what k8s/overlays/dev runs as it is. */
const baseImages = ["node:22-bookworm-slim", "redis:7-bookworm", "versity/versitygw:v1.8.0"];
const offlineDocker = join(import.meta.dirname, "../../../shared/tools/offline-docker.sh");
const timings = [];

const obstacles = [timed("kustomize", prepareKustomize)];
const environment = { ...process.env };
if (environment.TEST_POMONA_IMAGE === undefined) {
  const withoutDocker = timed("engine", prepareDocker);
  // A second try: what is built comes from the network.
  const isBuilt = withoutDocker === undefined && timed("image", () => build() || build());
  if (isBuilt) environment.TEST_POMONA_IMAGE = image;
  else obstacles.push(`the containers of k8s/overlays/eks (${withoutDocker ?? "their image could not be built"})`);
}
const passed = timed("suite", () =>
  succeeds("npx", ["vitest", "run", "--project", "k8s"], { stdio: "inherit", env: environment }),
);
console.log(`\ntest:k8s: ${timings.join(", ")}`);
for (const obstacle of obstacles) if (obstacle !== undefined) console.log(`SKIPPED: ${obstacle}`);
process.exitCode = passed ? 0 : 1;

/** Why Docker can't be used here; undefined where it can. */
function prepareDocker() {
  if (isReady()) return undefined;
  if (!existsSync(offlineDocker)) return "no Docker engine here, or no base images and no registry";
  if (process.getuid?.() !== 0) return "no Docker engine here, and only root may start one";
  console.log("Making a Docker engine and base images, since none can be fetched");
  succeeds("bash", [offlineDocker], { stdio: "inherit", timeout: 9 * 60_000 });
  return isReady() ? undefined : "no Docker engine could be made here";
}

function isReady() {
  return succeeds("docker", ["info"]) && baseImages.every(isHere);
}

function isHere(name) {
  return succeeds("docker", ["image", "inspect", name]) || succeeds("docker", ["pull", "--quiet", name]);
}

function build() {
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  const given = proxies.filter((name) => process.env[name]).flatMap((name) => ["--build-arg", name]);
  const what = ["--file", "docker/Dockerfile", "--target", "app", "--tag", image, "."];
  return succeeds("docker", ["build", "--quiet", ...given, ...what], { stdio: "inherit", timeout: 15 * 60_000 });
}

function succeeds(command, parameters, options = { stdio: "ignore", timeout: 60_000 }) {
  return spawnSync(command, parameters, options).status === 0;
}

function timed(stage, work) {
  const startedAt = Date.now();
  try {
    return work();
  } finally {
    timings.push(`${stage} ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
}
