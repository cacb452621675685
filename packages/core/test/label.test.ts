import { describe, expect, test } from "vitest";
import { UsageError } from "../src/errors.ts";
import { labelFromPattern, noLabel, parentFolder } from "../src/label.ts";

describe("labels", () => {
  test.each([
    ["file:///data/Test/", "apple_hit_1/r0_1.jpg", "apple_hit_1"],
    ["file:///data/Test/", "deep/er/pear 3/1.jpg", "pear 3"],
    ["file:///data/Test/", "1.jpg", "Test"],
    ["file:///data/Test///", "1.jpg", "Test"],
    ["s3://bucket/", "1.jpg", "bucket"],
  ])("parentFolder(%s) of %s is %s", (input, key, label) => {
    expect(parentFolder(input)(key)).toBe(label);
  });

  test("a pattern's group names the label, searched anywhere in the key", () => {
    const rule = labelFromPattern("(?<label>[^_/]+)_[^/]*/");
    expect(rule("apple_hit_1/r0.jpg")).toBe("apple");
    expect(rule("r0.jpg")).toBeUndefined();
    expect(labelFromPattern("^(?:x|(?<label>y))")("x")).toBeUndefined();
  });

  test("a pattern without the group, and a broken one, are refused", () => {
    expect(() => labelFromPattern("[a-z]+")).toThrow("has no group (?<label>…)");
    expect(() => labelFromPattern("(?<label>[a-")).toThrow(UsageError);
  });

  test("an image without label is named", () => {
    expect(noLabel("a\uDCFF.jpg", "x").message).toBe("a\\xff.jpg does not match --label-from x");
    expect(noLabel("a", "x").exitCode).toBe(2);
  });
});
