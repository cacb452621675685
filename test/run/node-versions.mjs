// `npm run test:nodes [-- --node 24 --project unit]`: the suites under Node 22 and 24, whose binaries come from npm's
// package node-<platform>-<arch>. What is installed and set up is used as it is: one build serves all versions.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { preparePrerequisites } from "./prerequisites.mjs";

const { values } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: ["22", "24"] },
    project: { type: "string", multiple: true, default: ["unit", "integration", "e2e", "tfjs"] },
    file: { type: "string", multiple: true, default: [] },
  },
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pomona-tests");
const isSetUp = existsSync(join(root, "node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node"));
const projects = values.project.filter((name) => name !== "tfjs" || isSetUp);
if (projects.length < values.project.length) console.log("SKIPPED: suite tfjs, which needs npm run setup:tfjs first");

const { environment, missing } = await preparePrerequisites();
for (const line of missing) console.log(`SKIPPED: ${line}`);
const results = [];
for (const version of values.node) {
  const node = provideNode(version);
  const startedAt = Date.now();
  const parameters = ["run", ...projects.flatMap((name) => ["--project", name]), ...values.file];
  console.log(`\n=== Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}: ${projects.join(", ")}`);
  const { status } = spawnSync(node, [join(root, "node_modules/vitest/vitest.mjs"), ...parameters], {
    cwd: root,
    stdio: "inherit",
    // First on the path: what a test starts as `node` is this one too.
    env: { ...process.env, ...environment, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
  });
  results.push({ version, status, seconds: (Date.now() - startedAt) / 1000 });
}
for (const { version, status, seconds } of results) {
  console.log(`Node ${version}: ${status === 0 ? "passed" : "FAILED"}, ${seconds.toFixed(0)} s`);
}
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;

/** The newest of a major version, kept outside of the repository. */
function provideNode(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, "nodes", version);
  const node = join(folder, "package", "bin", "node");
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", `${name}@${version}`, "--pack-destination", folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const archive = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  execFileSync("tar", ["-xzf", join(folder, archive), "-C", folder]);
  return node;
}
