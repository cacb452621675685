// npm run check:k8s [-- <folder of a kustomization>…]: what is wrong with the overlays here, or with one of your own.
import { relative, resolve } from "node:path";
import { repository } from "../support/places.ts";
import { checkManifests } from "./check-manifests.ts";
import { overlays, render } from "./render.ts";

const given = process.argv.slice(2);
const folders = given.length > 0 ? given.map((path) => resolve(path)) : overlays;
let count = 0;
for (const folder of folders) {
  const manifests = render(folder);
  const findings = await checkManifests(manifests);
  count += findings.length;
  const name = relative(repository, resolve(repository, folder));
  console.log(`${name}: ${manifests.length} objects, ${findings.length === 0 ? "nothing to mend" : "to mend:"}`);
  for (const { object, rule, message } of findings) console.log(`  ${object}: ${message} (${rule})`);
}
process.exitCode = count === 0 ? 0 : 1;
