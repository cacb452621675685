import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { expect, test } from "vitest";
import { repository } from "../support/places.ts";

const folder = join(repository, "k8s/aws/terraform");
const files = readdirSync(folder).filter((name) => name.endsWith(".tf"));

type Blocks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** All blocks of all files, as one configuration. Throws where a file is no HCL. */
async function readConfiguration(): Promise<Blocks> {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const file of files) {
    const blocks = (await parse(file, readFileSync(join(folder, file), "utf8"))) as Blocks;
    for (const [kind, content] of Object.entries(blocks)) {
      merged[kind] ??= {};
      for (const [name, body] of Object.entries(content)) {
        merged[kind][name] = { ...(merged[kind][name] as object | undefined), ...(body as object) };
      }
    }
  }
  return merged;
}

test("every name that an expression uses is declared", async () => {
  const { resource = {}, variable = {}, locals = [] } = await readConfiguration();
  const types = Object.entries(resource).flatMap(([type, named]) =>
    Object.keys(named as object).map((name) => `${type}.${name}`),
  );
  const declared = new Set([
    ...types,
    ...Object.keys(variable).map((name) => `var.${name}`),
    ...Object.values(locals as Blocks)
      .flatMap((one) => Object.keys(one))
      .map((name) => `local.${name}`),
  ]);
  const text = files.map((file) => readFileSync(join(folder, file), "utf8").replace(/^\s*#.*$/gm, "")).join("\n");
  const used = [...text.matchAll(/\b((?:aws|random)_\w+\.\w+|(?:var|local)\.\w+)/g)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(30);
  expect([...new Set(used)].filter((name) => !declared.has(name))).toEqual([]);
  expect(Object.keys(variable).filter((name) => !used.includes(`var.${name}`))).toEqual([]);
});

test("the policies of k8s/aws/iam are those of docs/pool.md", () => {
  const page = readFileSync(join(repository, "docs/pool.md"), "utf8");
  const shown = [...page.matchAll(/```json\n(\{\n {2}"(?:Version|Sid)"[^`]*)```/g)].map(([, json]) => JSON.parse(json));
  const [run, statement] = shown;
  const read = (name: string): { Statement: unknown[] } =>
    JSON.parse(readFileSync(join(repository, `k8s/aws/iam/${name}.json`), "utf8"));
  expect(read("run")).toEqual(run);
  expect(read("maintain")).toEqual({ ...run, Statement: [...run.Statement, statement] });
});

test("the bucket's lifecycle is the same for the command line and for Terraform", async () => {
  const { Rules } = JSON.parse(readFileSync(join(repository, "k8s/aws/bucket-lifecycle.json"), "utf8"));
  const { resource } = await readConfiguration();
  const [configuration] = (
    resource.aws_s3_bucket_lifecycle_configuration as Record<string, { rule: { id: string; status: string }[] }[]>
  ).results;
  expect(configuration.rule.map(({ id, status }) => [id, status])).toEqual(
    Rules.map(({ ID, Status }: { ID: string; Status: string }) => [ID, Status]),
  );
});

const hasTerraform = spawnSync("terraform", ["version"], { stdio: "ignore" }).status === 0;

test.runIf(hasTerraform)("terraform finds nothing to format", () => {
  const { status, stdout } = spawnSync("terraform", ["fmt", "-check", "-diff", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
