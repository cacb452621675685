import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One import or re-export of a module. */
export interface Import {
  readonly from: string;
  /** Erased by the compiler: nothing is loaded for it. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  readonly package: string;
  /** As `packages/core/src/key.ts`. */
  readonly path: string;
  readonly name: string;
  /** Without comments. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

export const root = fileURLToPath(new URL("../../", import.meta.url));

export const packageNames: readonly string[] = readdirSync(join(root, "packages")).sort();

export function readSourceFiles(): SourceFile[] {
  return packageNames.flatMap((name) => {
    const folder = join("packages", name, "src");
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    return files.filter((file) => file.endsWith(".ts")).map((file) => readSource(name, join(folder, file)));
  });
}

export function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

function readSource(packageName: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const code = text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "$1");
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { package: packageName, path, name, code, lines: text.split("\n").length - 1, imports: importsOf(code) };
}

const statement = /^(?:import|export)\s+(type\s+)?([^;"']*?)\s*from\s*["']([^"']+)["']/gm;
const sideEffect = /^import\s*["']([^"']+)["']/gm;
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g;
/** A file of a module that is no code: `require.resolve("module/file.wasm")`, also with the file's name put in. */
const resolved = /\brequire\.resolve\(\s*["'`]([^"'`$][^"'`]*)["'`]\s*\)/g;

export function importsOf(code: string): Import[] {
  const statements = Array.from(code.matchAll(statement), ([, type, names = "", from = ""]) => ({
    from,
    typeOnly: type !== undefined || isAllTypes(names),
  }));
  const others = [...code.matchAll(sideEffect), ...code.matchAll(dynamic), ...code.matchAll(resolved)];
  return [...statements, ...others.map(([, from = ""]) => ({ from, typeOnly: false }))];
}

/** `{ type A, type B }` is erased like `import type`. */
function isAllTypes(names: string): boolean {
  const listed =
    /^\{([^}]*)\}$/
      .exec(names)?.[1]
      ?.split(",")
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return listed.length > 0 && listed.every((name) => name.startsWith("type "));
}
