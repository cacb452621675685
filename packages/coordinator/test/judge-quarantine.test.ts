import { describe, expect, test } from "vitest";
import { judgeQuarantine } from "../src/judge-quarantine.ts";

describe("the limit of quarantined images", () => {
  test.each([
    [0, 0, 0],
    [9, 9, 0.01],
    [10, 1000, 0.01],
    [100, 100, 1],
  ])("%i of %i are allowed at %d", (quarantined, listed, share) => {
    expect(() => judgeQuarantine(quarantined, listed, share)).not.toThrow();
  });

  test.each([
    [10, 10, 0.01],
    [11, 1000, 0.01],
    [10, 1000, 0],
  ])("%i of %i are too many at %d", (quarantined, listed, share) => {
    expect(() => judgeQuarantine(quarantined, listed, share)).toThrow(
      expect.objectContaining({ code: "too-many-quarantined", exitCode: 3 }),
    );
  });

  test("is told with its flag", () => {
    expect(() => judgeQuarantine(20, 300, 0.01)).toThrow(
      expect.objectContaining({
        message: "20 of 300 images are unreadable (6.67%), the limit is 1%",
        remedy: expect.stringContaining("--max-quarantine above 6.67%"),
      }),
    );
  });
});
