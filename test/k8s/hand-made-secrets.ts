import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/places.ts";

/**
 * Secrets are in no manifest; docs/eks.md has the command for each: what it says is made is what manifests may refer to.
 * Keys by the name of the Secret.
 */
export function handMadeSecrets(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(repository, "docs/eks.md"), "utf8").replaceAll("\\\n", " ");
  const commands = page.matchAll(/create secret generic (\S+)((?:\s+--from-(?:literal|file)=\S+)+)/g);
  return new Map(
    [...commands].map(([, name = "", flags = ""]) => [
      name,
      [...flags.matchAll(/--from-\w+=([^=\s]+)=/g)].map(([, key = ""]) => key),
    ]),
  );
}
