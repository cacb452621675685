import { featureOptions, flagOf, machineOptions, modelOptions, resolveConfig } from "@pomona/core";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addConfigFlags, configFlags } from "../src/option-flags.ts";

const shapes = { ...featureOptions.shape, ...modelOptions.shape, ...machineOptions.shape };
const command = () => addConfigFlags(new Command("x").exitOverride());

function parse(...args: string[]) {
  const parsed = command().parse(args, { from: "user" });
  return resolveConfig({ flags: configFlags(parsed.opts()) });
}

describe("flags of the options", () => {
  it.each(Object.keys(shapes))("%s has one, with a description and a place in the help", (name) => {
    const options = command().options.filter(({ long }) => long === flagOf(name));
    expect(options).toHaveLength(1);
    const [option] = options;
    expect(option.description).toMatch(/[a-z]{3}/);
    expect(option.description).not.toContain("undefined");
    expect(option.helpGroupHeading).toMatch(/:$/);
    expect(option.attributeName()).toBe(name);
  });

  it("set no default themselves, so that environment and file count", () => {
    expect(configFlags(command().parse([], { from: "user" }).opts())).toEqual({});
    expect(parse()).toEqual(resolveConfig({}));
  });

  it("reach the configuration", () => {
    const config = parse("--batch-size", "7", "--exif-rotate", "--max-quarantine", "5%", "--columns", "etag,length");
    expect(config.features).toMatchObject({ batchSize: 7, exifRotate: true });
    expect(config.model.columns).toEqual(["etag", "length"]);
    expect(config.machine.maxQuarantine).toBe(0.05);
  });

  it("leave the command's own flags out", () => {
    expect(configFlags({ out: "result", json: true, components: "3" })).toEqual({ components: "3" });
  });

  it("show the default", () => {
    const help = command().helpInformation();
    expect(help.replace(/\s+/g, " ")).toContain("images per batch, the unit of work (default 256)");
    expect(help).not.toContain("(default false)");
  });
});
