import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Flavour, packageFolder } from "./tensorflow-package.ts";
import type { Libraries } from "./tensorflow-wheel.ts";

/** Names by which the linker asks for a library, and its file in the wheel, which is also what the loader asks for. */
const libraries = {
  "libtensorflow.so": "libtensorflow_cc.so.2",
  "libtensorflow_framework.so": "libtensorflow_framework.so.2",
} as const;

const headers = ["tensorflow", "tsl", "xla", "absl"] as const;

/** Makes the package's `deps/` look as if its own installer had filled it: links into the cache, nothing is copied. */
export function linkLibraries(flavour: Flavour, { folder }: Libraries): void {
  const deps = join(packageFolder(flavour.package), "deps");
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, "lib"), { recursive: true });
  mkdirSync(join(deps, "include"));
  for (const [name, file] of Object.entries(libraries)) {
    for (const link of [name, file]) symlinkSync(join(folder, "tensorflow", file), join(deps, "lib", link));
  }
  for (const name of headers) {
    symlinkSync(join(folder, "tensorflow", "include", name), join(deps, "include", name));
  }
  // The libraries look for CUDA's beside themselves, in ../nvidia/*/lib; the loader goes by the name of the link.
  const nvidia = join(folder, "nvidia");
  if (existsSync(nvidia)) symlinkSync(nvidia, join(deps, "nvidia"));
}
