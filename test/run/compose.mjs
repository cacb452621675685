// `npm run test:compose`: the compose project under Docker, with the seconds of each stage. Where Docker can't run, one line
// says so.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { prepareDocker, proxyArguments, stopwatch, succeeds, tryTwice } from "./docker.mjs";
import { addToTally } from "./tally.mjs";

const image = process.env.POMONA_IMAGE ?? "pomona:test";
const env = { ...process.env, POMONA_IMAGE: image, DOCKER_BUILDKIT: process.env.DOCKER_BUILDKIT ?? "" };
const { timed, timings } = stopwatch();

const obstacle = timed("engine", () => prepareDocker({ baseImages, compose: true }));
if (obstacle !== undefined) {
  console.log(`SKIPPED: test:compose (${obstacle})`);
  // No failure even where CI=true: no runner can be asked to be a host of containers.
  addToTally({ skipped: 0 });
} else {
  const inherited = { stdio: "inherit", env };
  const build = () => succeeds("docker", ["compose", "build", ...proxyArguments()], inherited);
  const isBuilt = timed("image", () => tryTwice(build));
  const passed = isBuilt && timed("suite", () => succeeds("npx", ["vitest", "run", "--project", "compose"], inherited));
  console.log(`\ntest:compose: ${timings.join(", ")}`);
  process.exitCode = passed ? 0 : 1;
}

/** Those of others: what the Dockerfile starts from, and what the project runs as it is. */
function baseImages() {
  const dockerfile = readFileSync("docker/Dockerfile", "utf8").matchAll(/^FROM (\S+:\S+)/gm);
  const used = execFileSync("docker", ["compose", "config", "--images"], { encoding: "utf8", env }).trim().split("\n");
  return [...new Set([...[...dockerfile].map(([, name]) => name), ...used])].filter((name) => name !== image);
}
