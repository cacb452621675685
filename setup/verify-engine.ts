import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EngineComparison } from "./compare-engines.ts";
import type { Flavour } from "./tensorflow-package.ts";

/** Furthest that two engines' features may lie apart. */
const tolerance = 1e-4;

export interface Verification {
  readonly works: boolean;
  readonly says: string;
}

/** Computes the features of one image with the engine and with another one, in a process of their own. */
export function verifyEngine({ engine }: Flavour): Verification {
  const file = fileURLToPath(new URL("./compare-engines.ts", import.meta.url));
  const parameters = ["--import", import.meta.resolve("tsx"), file, engine];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
  if (status !== 0) return { works: false, says: `it ended with ${signal ?? status}: ${stderr.trim()}` };
  const found = JSON.parse(stdout) as EngineComparison;
  if ("reason" in found) return { works: false, says: found.reason };
  if ("loads" in found) {
    return { works: true, says: `${found.loads} loads. No inference was tried: there is no NVIDIA GPU here` };
  }
  const { version, device, difference, against } = found;
  const says = `${engine} ${version} computes on the ${device}; one image's features lie ${difference.toExponential(1)} from ${against}'s`;
  return { works: difference <= tolerance, says };
}
