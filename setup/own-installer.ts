import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { say } from "./say.ts";
import { type Flavour, packageFolder } from "./tensorflow-package.ts";

/** Where it downloads from, unless told otherwise by one of these variables. */
const host = "https://storage.googleapis.com/";
const otherHosts = ["TFJS_NODE_CDN_STORAGE", "TFJS_NODE_BASE_URI", "CDN_STORAGE", "HTTPS_PROXY", "https_proxy"];

const answerMs = 10_000;
const installMs = 15 * 60_000;

/** Runs the installer that comes with the package; false where it cannot download or fails. */
export async function runOwnInstaller({ package: name, engine }: Flavour): Promise<boolean> {
  // Asked first, because the installer itself waits for minutes where a firewall drops its packets.
  if (!otherHosts.some((variable) => process.env[variable]) && !(await answers(host))) {
    say(`${host} does not answer, so the package's own installer cannot download from it`);
    return false;
  }
  say(`Running the package's own installer of ${name}`);
  const folder = packageFolder(name);
  const code = await run("node", ["scripts/install.js", engine === "tfjs-node-gpu" ? "gpu" : "cpu"], folder);
  if (code === 0) return true;
  say(`The package's own installer failed with ${code}`);
  // It leaves half a download behind.
  for (const leftover of ["deps", "lib"]) rmSync(join(folder, leftover), { recursive: true, force: true });
  return false;
}

async function answers(address: string): Promise<boolean> {
  return fetch(address, { method: "HEAD", signal: AbortSignal.timeout(answerMs) }).then(
    () => true,
    () => false,
  );
}

function run(command: string, parameters: readonly string[], cwd: string): Promise<number | string> {
  // Its own tools (node-pre-gyp) are found as npm's scripts find them.
  const path = [join(cwd, "node_modules", ".bin"), join(cwd, "../../.bin"), process.env.PATH].join(":");
  const child = spawn(command, parameters, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, PATH: path },
    timeout: installMs,
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no exit code"));
  });
}
