// `npm run check`: build, lint, types, then the unit, integration, e2e and browser suites, with the seconds of each stage.
// Written in plain JavaScript because it runs before anything is built.
import { spawn } from "node:child_process";
import { preparePrerequisites } from "./prerequisites.mjs";

const stages = [
  ["build", "npx", ["turbo", "run", "build", "--output-logs=errors-only"]],
  ["lint", "npx", ["biome", "check", "."]],
  ["types", "npm", ["run", "--silent", "types"]],
  ["unit", "npx", ["vitest", "run", "--project", "unit"]],
  ["integration", "npx", ["vitest", "run", "--project", "integration"]],
  ["e2e", "npx", ["vitest", "run", "--project", "e2e"]],
  ["browser", "npx", ["vitest", "run", "--project", "browser"]],
];

const only = process.argv.slice(2);
const prerequisites = await preparePrerequisites();
const environment = { ...process.env, ...prerequisites.environment, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
const counts = { passed: 0, failed: 0, skipped: 0 };
const timings = [];
let broken;

for (const [name, command, parameters] of stages) {
  if (only.length > 0 && !only.includes(name)) continue;
  console.log(`\n=== ${name}`);
  const startedAt = Date.now();
  const { code, output } = await run(command, parameters);
  timings.push(`${name} ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  addCounts(output);
  if (code === 0) continue;
  broken = name;
  // Suites are independent of each other; without a build or with wrong types they would only repeat the news.
  if (["build", "lint", "types"].includes(name)) break;
}

console.log(`\n${timings.join(", ")}`);
for (const line of prerequisites.missing) console.log(`SKIPPED: ${line}`);
const skippedInCi = process.env.CI === "true" && (counts.skipped > 0 || prerequisites.missing.length > 0);
if (skippedInCi) console.log("A skipped test is a failure where CI=true.");
const extra = (broken !== undefined && counts.failed === 0) || skippedInCi ? 1 : 0;
console.log(`${counts.passed} passed, ${counts.failed + extra} failed, ${counts.skipped} skipped`);
process.exitCode = broken === undefined && !skippedInCi ? 0 : 1;

function run(command, parameters) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { env: environment, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Adds what vitest's last line says: ` Tests  1 failed | 41 passed | 2 skipped (44)`. */
function addCounts(output) {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  const line = plain.match(/^\s*Tests\s+(.*)$/m)?.[1] ?? "";
  for (const kind of Object.keys(counts)) counts[kind] += Number(line.match(new RegExp(`(\\d+) ${kind}`))?.[1] ?? 0);
}
