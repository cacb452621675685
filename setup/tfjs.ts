// `npm run setup:tfjs [-- --gpu]`: makes @tensorflow/tfjs-node (or -gpu) work here. The package's own installer is tried
// first; where it cannot download, libtensorflow comes from PyPI's wheel and the binding is compiled against it. Doing it
// again costs nothing but a check.
import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { userFolders } from "../packages/pomona/src/user-folders.ts";
import { buildBinding } from "./build-binding.ts";
import { linkLibraries } from "./link-libraries.ts";
import { runOwnInstaller } from "./own-installer.ts";
import { say } from "./say.ts";
import { flavours } from "./tensorflow-package.ts";
import { provideLibraries } from "./tensorflow-wheel.ts";
import { verifyEngine } from "./verify-engine.ts";

const { values } = parseArgs({
  options: { gpu: { type: "boolean", default: false }, "skip-own-installer": { type: "boolean", default: false } },
});
const flavour = flavours[values.gpu ? "gpu" : "cpu"];
const { cache } = userFolders(process.env, homedir(), process.platform);

const before = verifyEngine(flavour);
if (before.works) {
  say(`Already set up: ${before.says}`);
} else {
  say(`Setting up ${flavour.package} (${before.says})`);
  const after = (await byOwnInstaller()) ?? byWheel();
  if (!after.works) {
    say(`${flavour.engine} does not work: ${after.says}`);
    process.exitCode = 1;
  } else {
    say(`Done: ${after.says}`);
  }
}

async function byOwnInstaller() {
  if (values["skip-own-installer"] || !(await runOwnInstaller(flavour))) return undefined;
  const verified = verifyEngine(flavour);
  if (verified.works) return verified;
  say(`What the package's own installer made does not work: ${verified.says}`);
  return undefined;
}

function byWheel() {
  const libraries = provideLibraries(flavour, cache);
  linkLibraries(flavour, libraries);
  buildBinding(flavour, libraries);
  return verifyEngine(flavour);
}
