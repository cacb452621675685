import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, packageNames, readJson, readSourceFiles, type SourceFile } from "./source-files.ts";

/** Which package may import which of ours: a strict order, from the bottom up. */
const allowedEdges: Readonly<Record<string, readonly string[]>> = {
  core: [],
  store: ["core"],
  table: ["core"],
  queue: ["core"],
  onnx: [],
  wasm: [],
  vision: ["onnx", "wasm"],
  stats: ["onnx", "wasm"],
  model: ["core", "stats", "table"],
  coordinator: ["core", "store", "queue"],
  worker: ["core", "store", "queue", "vision", "table"],
  reducer: ["core", "store", "queue", "stats", "table", "model"],
  report: ["core", "store", "stats", "vision", "table", "model"],
  dashboard: ["core", "queue", "vision"],
  pomona: [
    "core",
    "store",
    "queue",
    "vision",
    "stats",
    "model",
    "coordinator",
    "worker",
    "reducer",
    "report",
    "dashboard",
  ],
};

/** Where each heavy dependency may be imported, so that it can be exchanged in one place. */
const heavyDependencies: Readonly<Record<string, readonly string[]>> = {
  zod: ["core"],
  // The format of shards (core), of the table and the reference set, and what comes out of reading them.
  "apache-arrow": ["core", "table", "model", "reducer", "report"],
  "parquet-wasm": ["table"],
  hyparquet: ["coordinator"],
  "@aws-sdk/client-s3": ["store"],
  bullmq: ["queue"],
  ioredis: ["queue"],
  sharp: ["vision"],
  h5wasm: ["vision"],
  "@tensorflow": ["vision"],
  // The network, and linear algebra.
  "onnxruntime-node": ["vision", "stats"],
  fastify: ["dashboard"],
  "@bull-board": ["dashboard"],
  // Format and oracle: what we write, it must load.
  "ml-pca": ["report"],
  vega: ["report"],
  "vega-lite": ["report"],
  "@resvg": ["report"],
  commander: ["pomona"],
};

/** Files of packages that are served, not imported. */
const servedPackages: Readonly<Record<string, readonly string[]>> = { dashboard: ["@bull-board/ui"] };

/** Longer than 250 lines, and why that is right. */
const longFiles: Readonly<Record<string, string>> = {};

const files = readSourceFiles();
const filesOf = (name: string) => files.filter((file) => file.package === name);

/** `@pomona/core/x` → `@pomona/core`, `sharp/lib` → `sharp`; undefined for files and for Node itself. */
function moduleOf(from: string): string | undefined {
  if (from.startsWith(".") || from.startsWith("node:")) return undefined;
  const parts = from.split("/");
  return from.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

function modulesOf(name: string): string[] {
  const modules = filesOf(name).flatMap(({ imports }) => imports.map(({ from }) => moduleOf(from)));
  return [...new Set(modules.filter((module) => module !== undefined))].sort();
}

function oursOf(modules: readonly string[]): string[] {
  return modules.filter((module) => module.startsWith("@pomona/")).map((module) => module.slice("@pomona/".length));
}

/** True for `@pomona/vision`, and for `@pomona/vision/x` where that package exports `./x`; also for foreign modules. */
function isDoor(from: string): boolean {
  const [, name = "", path] = /^@pomona\/([^/]+)(\/.+)?$/.exec(from) ?? [];
  if (path === undefined) return true;
  return `.${path}` in (readJson(`packages/${name}/package.json`).exports as object);
}

function dependenciesOf(name: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = readJson(`packages/${name}/package.json`);
  return Object.keys({ ...(dependencies as object), ...(optionalDependencies as object) }).sort();
}

/** A package that may be missing is loaded by its name when it is asked for: an import would need it to compile. */
function optionalOf(name: string): string[] {
  return Object.keys((readJson(`packages/${name}/package.json`).optionalDependencies ?? {}) as object);
}

describe("edges between packages", () => {
  test("every package is in the list, and the list is a strict order", () => {
    expect([...packageNames].sort()).toEqual(Object.keys(allowedEdges).sort());
    const placed: string[] = [];
    for (const [name, edges] of Object.entries(allowedEdges)) {
      expect(edges.filter((edge) => !placed.includes(edge))).toEqual([]);
      placed.push(name);
    }
  });

  test.each(packageNames)("%s imports allowed packages only, each by a door that it declares", (name) => {
    expect(oursOf(modulesOf(name)).filter((edge) => !allowedEdges[name].includes(edge))).toEqual([]);
    const deep = filesOf(name).flatMap(({ path, imports }) =>
      imports.filter(({ from }) => !isDoor(from)).map(({ from }) => `${path} → ${from}`),
    );
    expect(deep).toEqual([]);
  });

  test.each(packageNames)("%s declares what it imports", (name) => {
    expect(modulesOf(name).filter((module) => !dependenciesOf(name).includes(module))).toEqual([]);
  });

  test.each(packageNames)("%s imports what it declares", (name) => {
    const required = filesOf(name).flatMap(({ code }) =>
      optionalOf(name).filter((module) => code.includes(`"${module}"`)),
    );
    const used = [...modulesOf(name), ...required, ...(servedPackages[name] ?? [])];
    expect(dependenciesOf(name).filter((module) => !used.includes(module))).toEqual([]);
  });

  test.each(packageNames)("%s is built after the packages that it imports", (name) => {
    const { references } = readJson(`packages/${name}/tsconfig.json`) as { references: { path: string }[] };
    const built = references.map(({ path }) => path.replace("../", ""));
    expect(oursOf(modulesOf(name)).filter((edge) => !built.includes(edge))).toEqual([]);
  });

  test("heavy dependencies are imported in their places only", () => {
    const strays = files.flatMap(({ package: name, path, imports }) =>
      imports.flatMap(({ from }) => {
        const module = moduleOf(from) ?? "";
        const places = heavyDependencies[module] ?? heavyDependencies[module.split("/")[0]];
        return places === undefined || places.includes(name) ? [] : [`${path} → ${from}`];
      }),
    );
    expect(strays).toEqual([]);
  });

  test("nothing in a package imports its tests, another's files, or a relative path out of it", () => {
    const outside = files.flatMap(({ package: name, path, imports }) =>
      imports
        .filter(({ from }) => from.startsWith("."))
        .filter(({ from }) => !join(dirname(path), from).startsWith(join("packages", name, "src")))
        .map(({ from }) => `${path} → ${from}`),
    );
    expect(outside).toEqual([]);
  });
});

describe("files of a package", () => {
  test.each(packageNames)("of %s import each other without cycles", (name) => {
    expect(cyclesAmong(filesOf(name))).toEqual([]);
  });

  test("import nothing through their own index.ts, which holds named re-exports only", () => {
    const imports = files.flatMap(({ path, imports }) =>
      imports.filter(({ from }) => /^\.\.?\/(?:.*\/)?index\.ts$/.test(from)).map(() => path),
    );
    expect(imports).toEqual([]);
    for (const { name, path, code } of files) {
      if (name !== "index.ts") continue;
      const rest = code.replace(/export\s+(?:type\s+)?\{[^}]*\}(?:\s+from\s+"[^"]+")?;/g, "").trim();
      expect(rest, path).toBe("");
    }
  });

  const forbidden: readonly (readonly [string, RegExp, readonly string[]])[] = [
    [
      "read the environment",
      /\bprocess\.env\b/,
      // TensorFlow and CUDA can be told their threads, devices and precision in no other way.
      ["packages/pomona/src/bin.ts", "packages/vision/src/native-environment.ts"],
    ],
    ["end the process", /\bprocess\.exit\b/, ["packages/pomona/src/bin.ts"]],
    ["print", /\bconsole\./, []],
    ["have a default export", /^export default\b|\bas default\b/m, []],
    ["silence the compiler", /@ts-(?:ignore|nocheck|expect-error)/, []],
  ];
  test.each(forbidden)("do not %s", (_, pattern, exceptions) => {
    const found = files.filter(({ code, path }) => pattern.test(code) && !exceptions.includes(path));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test("are of at most 250 lines", () => {
    const long = files.filter(({ lines, path }) => lines > 250 && longFiles[path] === undefined);
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  test("half of them have at most 120 lines", () => {
    const lengths = files.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
  });
});

describe("this test", () => {
  test("sees every kind of import", () => {
    const code = `import a, { type B } from "a";\nimport {\n  type C,\n  type D,\n} from "./c.ts";\nimport type { E } from "e";
export * from "f";\nexport type { G } from "g";\nimport "h";\nconst i = await import("i");\nrequire.resolve("j/k.ttf");\nconst text = "from 'j'";`;
    expect(importsOf(code)).toEqual([
      { from: "a", typeOnly: false },
      { from: "./c.ts", typeOnly: true },
      { from: "e", typeOnly: true },
      { from: "f", typeOnly: false },
      { from: "g", typeOnly: true },
      { from: "h", typeOnly: false },
      { from: "i", typeOnly: false },
      { from: "j/k.ttf", typeOnly: false },
    ]);
  });

  test("sees a cycle", () => {
    const file = (name: string, from: string): SourceFile => {
      const imports = [{ from, typeOnly: false }];
      return { package: "p", path: `packages/p/src/${name}`, name, code: "", lines: 0, imports };
    };
    expect(cyclesAmong([file("a.ts", "./b.ts"), file("b.ts", "./c.ts"), file("c.ts", "./d.ts")])).toEqual([]);
    expect(cyclesAmong([file("a.ts", "./b.ts"), file("b.ts", "./c.ts"), file("c.ts", "./b.ts")])).toEqual([
      "packages/p/src/b.ts → packages/p/src/c.ts → packages/p/src/b.ts",
    ]);
  });
});

/** Depth-first search; a file that is met again on the way to itself closes a cycle. */
function cyclesAmong(sources: readonly SourceFile[]): string[] {
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) {
      cycles.push([...way.slice(start), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    const imports = byPath.get(path)?.imports.filter(({ from, typeOnly }) => from.startsWith(".") && !typeOnly) ?? [];
    for (const { from } of imports) visit(join(dirname(path), from), [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return cycles;
}
