import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { repository } from "../support/places.ts";
import type { Manifest } from "./manifest.ts";

/** Every overlay and example of the repository, as a path from its root. */
export const overlays: readonly string[] = ["k8s/overlays", "k8s/examples"].flatMap((folder) =>
  readdirSync(join(repository, folder))
    .sort()
    .map((name) => `${folder}/${name}`),
);

/** kustomize by whichever name it is here; `npm run test:k8s` installs it where neither is. */
function kustomize(): readonly string[] {
  const cached = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pomona-tests", "bin", "kustomize");
  const ways = [
    ["kubectl", "kustomize"],
    ["kustomize", "build"],
    [cached, "build"],
  ] as const;
  const probe = { "kubectl kustomize": ["version", "--client"] };
  for (const [program, command] of ways) {
    const asked = probe[`${program} ${command}` as keyof typeof probe] ?? ["version"];
    if (spawnSync(program, asked, { stdio: "ignore" }).status === 0) return [program, command];
  }
  throw new Error("neither kubectl nor kustomize is here; npm run test:k8s installs kustomize where Go is");
}

let way: readonly string[] | undefined;

/** The objects of a kustomization, by its path from the repository's root or an absolute one. */
export function render(path: string): Manifest[] {
  way ??= kustomize();
  const [program = "", command = ""] = way;
  const text = execFileSync(program, [command, path], { cwd: repository, encoding: "utf8", maxBuffer: 1 << 26 });
  return parseManifests(text);
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}
