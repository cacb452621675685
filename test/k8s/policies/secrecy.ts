import { environmentOf } from "../environment.ts";
import { allContainers, type Finding, type Manifest, nameOf, ofKind } from "../manifest.ts";

const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE|CREDENTIAL|ACCESS_KEY|_USERS$/i;
const secretValues = [
  { what: "a password in an address", pattern: /\w+:\/\/[^\s/@]*:[^\s/@]+@/ },
  { what: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY/ },
];

/** Nothing that must be kept is in a manifest: no filled Secret, no variable, setting, argument or annotation. */
export function checkSecrecy(manifests: readonly Manifest[]): Finding[] {
  const findings: Finding[] = [];
  for (const manifest of ofKind(manifests, "Secret")) {
    if (Object.keys({ ...manifest.data, ...(manifest.stringData as object | undefined) }).length === 0) continue;
    findings.push({ object: nameOf(manifest), rule: "secret", message: "a Secret with its values in clear" });
  }
  for (const placed of allContainers(manifests)) {
    for (const { name, value, origin } of environmentOf(placed, manifests)) {
      if (origin === "Secret" || origin === "field" || !secretName.test(name) || !value) continue;
      findings.push({ object: placed.name, rule: "secret", message: `${name} in clear: take it from a Secret` });
    }
  }
  for (const manifest of manifests) {
    const text = JSON.stringify(manifest);
    for (const { what, pattern } of secretValues) {
      if (pattern.test(text)) findings.push({ object: nameOf(manifest), rule: "secret", message: `${what} in clear` });
    }
  }
  return findings;
}
