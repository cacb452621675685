// `npm run check [-- build unit]`: build, lint, types, then the unit, integration, e2e and browser suites, or only those
// that are named. Written in plain JavaScript because it runs before anything is built.
import { preparePrerequisites } from "./prerequisites.mjs";
import { runStages } from "./stages.mjs";

const suite = (name) => ({ name, command: ["npx", "vitest", "run", "--project", name] });
const stages = [
  { name: "build", command: ["npx", "turbo", "run", "build", "--output-logs=errors-only"], isBase: true },
  { name: "lint", command: ["npx", "biome", "check", "."] },
  { name: "types", command: ["npm", "run", "--silent", "types"] },
  ...["unit", "integration", "e2e", "browser"].map(suite),
];

const only = process.argv.slice(2);
const unknown = only.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0)
  throw new Error(`there is no stage ${unknown.join()}; there are ${stages.map(({ name }) => name).join()}`);
const { environment, missing } = await preparePrerequisites();
process.exitCode = await runStages(
  stages.filter(({ name }) => only.length === 0 || only.includes(name)),
  { env: { ...process.env, ...environment, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" }, missing },
);
