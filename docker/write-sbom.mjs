// The software bill of materials of the image, CycloneDX on standard output: what `npm sbom` wrote, and with it Node and
// Debian's packages, one a line on standard input as `name version architecture`.
import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const bom = JSON.parse(readFileSync(file, "utf8"));
const { VERSION_ID } = Object.fromEntries(
  readFileSync("/etc/os-release", "utf8")
    .split("\n")
    .map((line) => line.split("=").map((part) => part.replaceAll('"', ""))),
);
const debian = readFileSync(0, "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const [name, version, architecture] = line.split(" ");
    const query = `arch=${architecture}&distro=debian-${VERSION_ID}`;
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?${query}`;
    return { type: "library", "bom-ref": purl, name, version, purl };
  });
const node = `pkg:generic/node@${process.versions.node}`;
bom.components.push(
  { type: "platform", "bom-ref": node, name: "node", version: process.versions.node, purl: node },
  ...debian,
);
process.stdout.write(`${JSON.stringify(bom, null, 1)}\n`);
