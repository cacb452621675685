import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openStore } from "@pomona/store";
import { watchTree } from "./process-tree.ts";
import { writeSyntheticResult } from "./synthetic-result.ts";

// `pomona report` of synthetic rows. Prints one JSON line; with --check it fails where a goal is missed.
// Goals: 100,000 rows in under 60 s of one core and under 1 GB, a page of less than 5 MB.

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    labels: { type: "string", default: "100" },
    components: { type: "string", default: "50" },
    check: { type: "boolean", default: false },
  },
});
const goals = { seconds: 60, peakMb: 1000, pageMb: 5 };
const bin = fileURLToPath(new URL("../packages/pomona/bin/pomona.js", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "pomona-bench-report-"));

try {
  const [rows, labels, components] = [Number(values.rows), Number(values.labels), Number(values.components)];
  await writeSyntheticResult(await openStore(folder, { cwd: "/" }), { rows, labels, components });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bin, "report", folder], { stdio: ["ignore", "ignore", "inherit"] });
  const watch = watchTree(child.pid ?? 0);
  const code = await new Promise((resolve) => child.once("close", resolve));
  const wallSeconds = (performance.now() - startedAt) / 1000;
  if (code !== 0) throw new Error(`pomona report ended with ${code}`);
  const { peakRssMb, cpuSeconds, busyElsewhere } = await watch.stop();
  const pageMb = (await stat(join(folder, "report.html"))).size / 1e6;
  console.log(JSON.stringify({ rows, labels, components, wallSeconds, cpuSeconds, peakRssMb, pageMb, busyElsewhere }));
  // Where something else keeps the cores busy, the wall says nothing of the report; it uses hardly more than one core.
  const seconds = Math.min(wallSeconds, cpuSeconds);
  const missed = Object.entries({ seconds, peakMb: peakRssMb, pageMb }).filter(
    ([goal, value]) => value >= goals[goal as keyof typeof goals],
  );
  for (const [goal, value] of missed) console.error(`${goal} ${value} misses ${goals[goal as keyof typeof goals]}`);
  if (values.check && missed.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
