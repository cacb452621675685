import { describe, expect, it } from "vitest";
import { loadConfigFile } from "../src/load-config-file.ts";
import { scratchFolder } from "./scratch-folder.ts";

describe("loadConfigFile", () => {
  it("reads an object of options, or nothing where no file is named", async () => {
    const cwd = await scratchFolder({ "c.json": '{"components": 3}' });
    expect(await loadConfigFile("c.json", cwd)).toEqual({ components: 3 });
    expect(await loadConfigFile(undefined, cwd)).toEqual({});
  });

  it.each(["[]", "null", "3", "{", ""])("refuses %j", async (text) => {
    const cwd = await scratchFolder({ "c.json": text });
    await expect(loadConfigFile("c.json", cwd)).rejects.toMatchObject({
      code: "bad-config-file",
      exitCode: 2,
      message: expect.stringContaining(`--config ${cwd}/c.json`),
    });
  });

  it("refuses a file that is not there", async () => {
    await expect(loadConfigFile("gone.json", "/nowhere")).rejects.toThrow("--config /nowhere/gone.json: ENOENT");
  });
});
