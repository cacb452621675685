import { expect } from "vitest";
import type { RunCase } from "../fixtures/hostile-table.ts";

/** What a command with `--json` must end with in this case: for `toMatchObject`. */
export function failureOf({ exitCode, code, says }: RunCase): object {
  return { code: exitCode, json: { error: { code, message: expect.stringMatching(says) } } };
}
