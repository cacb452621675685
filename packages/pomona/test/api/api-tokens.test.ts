import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ApiTokens, loadApiTokens } from "../../src/api/api-tokens.ts";
import { scratchFolder } from "../scratch-folder.ts";

const one = "0123456789abcdef-one";
const two = "0123456789abcdef-two";

describe("tokens of the API", () => {
  test("are accepted as bearers, each of them, and nothing else is", () => {
    const tokens = new ApiTokens([one, two]);
    for (const token of [one, two]) expect(tokens.accept(`Bearer ${token}`)).toBe(true);
    expect(tokens.accept(`bearer ${one}`)).toBe(true);
    for (const header of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      one,
      `Basic ${one}`,
      `Bearer ${one}x`,
      `Bearer ${one} x`,
    ]) {
      expect(tokens.accept(header)).toBe(false);
    }
  });

  test("that are missing or short are refused without being repeated", () => {
    expect(() => new ApiTokens([])).toThrow("at least 16 characters");
    expect(() => new ApiTokens([one, "short-secret"])).toThrow(/^(?!.*short-secret)/);
    expect(() => new ApiTokens([one, "short-secret"])).toThrow(expect.objectContaining({ code: "bad-token" }));
  });

  test("come from a file with one a line, else from the environment", async () => {
    const cwd = await scratchFolder();
    await writeFile(join(cwd, "tokens"), `${one}\n\n  ${two}  \n`);
    const fromFile = await loadApiTokens({ file: "tokens", env: {}, cwd });
    expect([one, two].map((token) => fromFile.accept(`Bearer ${token}`))).toEqual([true, true]);
    const fromEnv = await loadApiTokens({ file: undefined, env: { POMONA_API_TOKENS: `${one}, ${two}` }, cwd });
    expect([one, two].map((token) => fromEnv.accept(`Bearer ${token}`))).toEqual([true, true]);
    await expect(loadApiTokens({ file: "none", env: {}, cwd })).rejects.toMatchObject({ code: "bad-token" });
    await expect(loadApiTokens({ file: undefined, env: {}, cwd })).rejects.toMatchObject({ code: "bad-token" });
  });
});
