// `npm run lock`: makes package-lock.json anew in an empty folder. Beside installed packages npm leaves the optional
// packages of other platforms out of the lock, keeps them out, and `npm ci` then fails (npm/cli#4828). Versions are the
// newest that the manifests allow.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "pomona-lock-"));
try {
  for (const file of ["package.json", ".npmrc", ...manifests()]) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    copyFileSync(file, join(folder, file));
  }
  // The bin must be there, or the lock says that there is none.
  mkdirSync(join(folder, "packages/pomona/bin"), { recursive: true });
  copyFileSync("packages/pomona/bin/pomona.js", join(folder, "packages/pomona/bin/pomona.js"));
  execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], { cwd: folder, stdio: "inherit" });
  copyFileSync(join(folder, "package-lock.json"), "package-lock.json");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function manifests() {
  return execFileSync("git", ["ls-files", "-co", "--exclude-standard", "packages/*/package.json"], { encoding: "utf8" })
    .trim()
    .split("\n");
}
