import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/places.ts";
import { moduleOf } from "./check-schema.ts";
import { type Finding, type Manifest, nameOf } from "./manifest.ts";

/**
 * Misspelt fields, which the validators let pass and a cluster would drop or refuse: each object becomes a literal of its
 * TypeScript type, and the compiler names what the type does not have. All at once, since the compiler takes its second.
 */
export function checkFields(manifests: readonly Manifest[]): Finding[] {
  const cache = join(repository, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  // Inside of the repository: the compiler looks for packages from there.
  const folder = mkdtempSync(join(cache, "manifests-"));
  try {
    manifests.forEach((manifest, index) => {
      writeFileSync(join(folder, `${index}.ts`), literalOf(manifest));
    });
    const compilerOptions = { noEmit: true, strict: true, module: "nodenext", skipLibCheck: true, types: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const tsc = join(repository, "node_modules/.bin/tsc");
    const { stdout, status } = spawnSync(tsc, ["-p", folder, "--pretty", "false"], { encoding: "utf8", cwd: folder });
    const findings = [...stdout.matchAll(/^(\d+)\.ts\(\d+,\d+\): error TS\d+: (.*)$/gm)].map(
      ([, index, message]): Finding => ({
        object: nameOf(manifests[Number(index)]),
        rule: "fields",
        message,
      }),
    );
    if (status !== 0 && findings.length === 0) throw new Error(`tsc exits with ${status}: ${stdout}`);
    return findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function literalOf(manifest: Manifest): string {
  const { apiVersion, kind } = manifest;
  return [
    `import type { I${kind} } from "${moduleOf(apiVersion)}";`,
    `export const manifest: I${kind} = ${JSON.stringify(manifest, undefined, 1)};`,
  ].join("\n");
}
