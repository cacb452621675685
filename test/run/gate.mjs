// `.ci/run`: what the README tells people to run, on a clean checkout, then the heavier suites.
import { runStages } from "./stages.mjs";

const script = (name, ...parameters) => ({
  name: ["npm run", name, ...parameters].join(" "),
  command: ["npm", "run", name, "--", ...parameters],
});

process.exitCode = await runStages([
  { name: "npm ci", command: ["npm", "ci", "--no-audit", "--no-fund"], isBase: true },
  script("check"),
  // What dies, and what becomes of the result: a few minutes of the matrix, judged by exactness.
  script("faults", "--quick"),
  // The engines that need a set-up: their own, then the contract of all engines and whole runs.
  script("setup:tfjs"),
  script("test:tfjs"),
  // 100,000 rows: the report in time, in memory, and small enough to send.
  script("bench:report", "--check"),
  // The manifests of k8s/, and where Docker can run, the containers that they describe.
  script("test:k8s"),
  // The system in containers, where Docker can run; elsewhere one line says so.
  script("test:compose"),
]);
