// `npm run test:k8s`: the manifests of k8s/, and where Docker can run, the containers that they describe. Where it can't, one
// line says so.
import { prepareDocker, proxyArguments, stopwatch, succeeds, tryTwice } from "./docker.mjs";
import { prepareKustomize } from "./prerequisites.mjs";
import { addToTally } from "./tally.mjs";

const image = "pomona:test";
/** What docker/Dockerfile starts from, and what k8s/overlays/dev runs as it is. */
const baseImages = ["node:22-bookworm-slim", "redis:7-bookworm", "versity/versitygw:v1.8.0"];
const { timed, timings } = stopwatch();

const withoutKustomize = timed("kustomize", prepareKustomize);
if (withoutKustomize !== undefined) {
  console.log(`SKIPPED: test:k8s (${withoutKustomize})`);
  addToTally({ skipped: 1 });
  process.exit(0);
}
const given = process.env.TEST_POMONA_IMAGE;
const withoutDocker =
  given === undefined ? timed("engine", () => prepareDocker({ baseImages: () => baseImages })) : undefined;
const isBuilt = given !== undefined || (withoutDocker === undefined && timed("image", () => tryTwice(build)));
const suite = ["vitest", "run", "--project", "k8s", ...(isBuilt ? [] : ["--exclude", "test/k8s/containers.test.ts"])];
const env = { ...process.env, ...(isBuilt && { TEST_POMONA_IMAGE: given ?? image }) };
const passed = timed("suite", () => succeeds("npx", suite, { stdio: "inherit", env }));
console.log(`\ntest:k8s: ${timings.join(", ")}`);
if (withoutDocker !== undefined) console.log(`SKIPPED: the containers of k8s/overlays/eks (${withoutDocker})`);
else if (!isBuilt) console.log("FAILED: the image of the containers of k8s/overlays/eks could not be built");
process.exitCode = passed && (isBuilt || withoutDocker !== undefined) ? 0 : 1;

function build() {
  const what = ["--file", "docker/Dockerfile", "--target", "app", "--tag", image, "."];
  const options = { stdio: "inherit", timeout: 15 * 60_000 };
  return succeeds("docker", ["build", "--quiet", ...proxyArguments(), ...what], options);
}
