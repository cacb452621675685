import { describe, expect, test } from "vitest";
import { z } from "zod";
import { bytes, fraction, list, seconds, whole } from "../src/option-values.ts";

describe("option values", () => {
  test.each([
    ["7", 7],
    [" 12 ", 12],
    [12, 12],
    ["0", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    [1.5, undefined],
    ["0x10", undefined],
    ["101", undefined],
    ["", undefined],
  ])("whole(1, 100) of %j is %j", (value, expected) => {
    expect(whole(1, 100).safeParse(value).data).toBe(expected);
  });

  test.each([
    ["20", 20],
    [0, 0],
    ["20s", 20],
    ["20 s", 20],
    ["2min", 120],
    ["2m", undefined],
    ["1.5", undefined],
    ["-1", undefined],
  ])("seconds of %j is %j", (value, expected) => {
    expect(seconds().safeParse(value).data).toBe(expected);
  });

  test.each([
    ["0.05", 0.05],
    [".5", 0.5],
    ["5%", 0.05],
    ["99.5%", 0.995],
    ["100%", 1],
    [0, 0],
    ["1.1", undefined],
    ["101%", undefined],
    ["-0.1", undefined],
    ["5 %", undefined],
  ])("fraction of %j is %j", (value, expected) => {
    expect(fraction().safeParse(value).data).toBe(expected);
  });

  test.each([
    ["1048576", 1_048_576],
    [1024, 1024],
    ["64MiB", 67_108_864],
    ["64 mib", 67_108_864],
    ["20MB", 20_000_000],
    ["1.5kb", 1500],
    ["10b", 10],
    ["10 stone", undefined],
    ["MiB", undefined],
    ["-1", undefined],
  ])("bytes of %j is %j", (value, expected) => {
    expect(bytes().safeParse(value).data).toBe(expected);
  });

  test("list takes commas or an array", () => {
    const colours = list(z.enum(["red", "green"]));
    expect(colours.parse("red, green,")).toEqual(["red", "green"]);
    expect(colours.parse(["red"])).toEqual(["red"]);
    expect(colours.parse("")).toEqual([]);
    expect(colours.safeParse("blue").success).toBe(false);
    expect(colours.safeParse(3).success).toBe(false);
  });
});
