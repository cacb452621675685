import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type ConfigSource, UsageError } from "@pomona/core";

/** The options of a JSON file; none where no file is named. Their values are checked by `resolveConfig`. */
export async function loadConfigFile(file: string | undefined, cwd: string): Promise<ConfigSource> {
  if (file === undefined) return {};
  const path = resolve(cwd, file);
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as ConfigSource;
  } catch (error) {
    throw new UsageError("bad-config-file", `--config ${path}: ${error instanceof Error ? error.message : error}`, {
      remedy: 'Write a JSON object such as {"components": 3, "batchSize": 64}.',
    });
  }
  throw new UsageError("bad-config-file", `--config ${path} holds no JSON object`);
}
