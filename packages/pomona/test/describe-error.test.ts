import { UsageError } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { describeError, Interrupted } from "../src/describe-error.ts";

describe("describeError", () => {
  it("gives errors of ours without a stack", () => {
    expect(describeError(new UsageError("bad-option", "no", { remedy: "do" }))).toEqual({
      code: "bad-option",
      message: "no",
      remedy: "do",
      exitCode: 2,
    });
    expect(describeError(new UsageError("bad-option", "no"))).not.toHaveProperty("remedy");
  });

  it("gives other errors with their stack, and whatever else was thrown as text", () => {
    const described = describeError(new TypeError("x"));
    expect(described).toMatchObject({ code: "internal", message: "x", exitCode: 1 });
    expect(described.stack).toContain("describe-error.test");
    expect(describeError("just text")).toMatchObject({ code: "internal", message: "just text" });
  });

  it("ends an interrupted command with 130", () => {
    expect(describeError(new Interrupted("again"))).toMatchObject({
      code: "interrupted",
      exitCode: 130,
      remedy: "again",
    });
  });
});
