import { execFile, execFileSync } from "node:child_process";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { codeBlocks } from "../support/code-blocks.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { repository, weights } from "../support/places.ts";
import { makeScratch } from "../support/scratch.ts";

const documents = ["docs/library.md", "docs/reading-results.md"];
const programs = documents.flatMap((document) => codeBlocks(document, "js"));
const run = promisify(execFile);

describe.skipIf(weights === "untrained")("the packages, packed and installed into an empty project", () => {
  let project = "";
  let env: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    const scratch = await makeScratch("packed");
    const tarballs = join(scratch, "tarballs");
    project = join(scratch, "project");
    await mkdir(tarballs);
    await mkdir(join(project, "models"), { recursive: true });
    // Nothing of this machine's user: no result and no weights of an earlier call.
    env = { ...process.env, HOME: join(scratch, "user"), npm_config_cache: npmCache() };
    execFileSync("npm", ["pack", "--workspaces", "--silent", "--pack-destination", tarballs], { cwd: repository });
    await writeFile(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
    const files = (await readdir(tarballs)).map((name) => join(tarballs, name));
    const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    execFileSync("npm", ["install", ...flags, ...files], { cwd: project, env, stdio: "ignore" });
    await copyPhotos(join(project, "photos"), 40);
    await symlink(weights, join(project, "models", "mobilenet_v2_1.0_224.h5"));
    await Promise.all(programs.map(({ code }, i) => writeFile(join(project, `program-${i}.js`), code)));
  }, 1_200_000);

  it("holds all of our packages and nothing of the checkout", async () => {
    const ours = await readdir(join(repository, "packages"));
    const installed = (await readdir(join(project, "node_modules/@pomona"))).concat("pomona");
    expect(installed.sort()).toEqual(ours.sort());
    // What others may do without (`UNMET OPTIONAL DEPENDENCY`) may be missing.
    expect(execFileSync("npm", ["ls", "--all"], { cwd: project, env, encoding: "utf8" })).not.toContain("UNMET DEP");
  });

  it("gives every example types that hold", async () => {
    const types = ["--types", "node", "--typeRoots", join(repository, "node_modules/@types")];
    const strict = ["--strict", "--noEmit", "--allowJs", "--checkJs", "--skipLibCheck"];
    const modern = ["--module", "nodenext", "--target", "es2023", "--lib", "es2024"];
    const files = programs.map((_, i) => `program-${i}.js`);
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    const checked = run(process.execPath, [tsc, ...strict, ...modern, ...types, ...files], { cwd: project });
    await expect(checked).resolves.toMatchObject({ stdout: "" });
  });

  it.each(programs.map(({ name }, i) => [name, i] as const))("runs the example %s", async (_, i) => {
    const { stdout } = await run(process.execPath, [`program-${i}.js`], { cwd: project, env });
    expect(stdout.trim()).not.toBe("");
  });

  it("brings the program", async () => {
    const { stdout } = await run("npx", ["pomona", "validate", "result", "--json"], { cwd: project, env });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  });
});

/** npm's own cache, so that packages come from there where the home folder is another. */
function npmCache(): string {
  return execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim();
}
