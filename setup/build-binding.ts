import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { say } from "./say.ts";
import { bindingFile, bindingFolder, type Flavour, packageFolder } from "./tensorflow-package.ts";
import type { Libraries } from "./tensorflow-wheel.ts";

/** Of Node-API, whose binaries load on every later Node: built on 20, it runs on 22 and 24. */
const napiVersion = 8;

/** Compiles the package's binding against the linked libraries, or takes the one that was compiled here before. */
export function buildBinding(flavour: Flavour, { folder }: Libraries): void {
  const packageRoot = packageFolder(flavour.package);
  const to = join(packageRoot, bindingFolder);
  const kept = join(folder, bindingFile);
  mkdirSync(to, { recursive: true });
  if (!existsSync(kept)) {
    compile(packageRoot, to);
    copyFileSync(join(to, bindingFile), kept);
    return;
  }
  say("The binding was compiled here before");
  copyFileSync(kept, join(to, bindingFile));
}

function compile(packageRoot: string, modulePath: string): void {
  const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  const headers = nodeHeaders();
  say(`Compiling the binding with node-gyp (Node's headers: ${headers ?? "downloaded by node-gyp"})`);
  const parameters = [
    "rebuild",
    "--loglevel=error",
    ...(headers === undefined ? [] : [`--nodedir=${headers}`]),
    `--napi_version=${napiVersion}`,
    `--napi_build_version=${napiVersion}`,
    "--module_name=tfjs_binding",
    `--module_path=${modulePath}`,
  ];
  try {
    execFileSync(process.execPath, [nodeGyp, ...parameters], {
      cwd: packageRoot,
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch (cause) {
    const remedy = "It takes python3, make and a C++17 compiler (Debian: apt-get install build-essential python3).";
    throw new Error(`The binding could not be compiled. ${remedy}`, { cause });
  }
}

/** Where Node's own headers are installed: beside this Node, or by the distribution. */
function nodeHeaders(): string | undefined {
  const prefixes = [dirname(dirname(process.execPath)), "/usr", "/usr/local"];
  return prefixes.find((prefix) => existsSync(join(prefix, "include", "node", "common.gypi")));
}
