import { describe, expect, test } from "vitest";
import { extensionOf, surveyInput } from "../src/survey-input.ts";
import { image, sourceOf } from "./scene.ts";

describe("surveying an input", () => {
  test("counts images, bytes and labels", async () => {
    const survey = await surveyInput(async function* source() {
      yield* [
        image("a", { label: "apple", size: 2 }),
        image("b", { label: "pear", size: 3 }),
        image("c", { label: "apple" }),
      ];
    });
    expect(survey).toEqual({ images: 3, bytes: 6, labels: { apple: 2, pear: 1 } });
  });

  test("stops at a limit", async () => {
    expect(await surveyInput(sourceOf(["a", "b", "c"]), 2)).toMatchObject({ images: 2 });
  });

  test.each([
    ["a/b.TXT", ".txt"],
    ["a.b/README", "README"],
    ["a/.hidden", ".hidden"],
    ["x.tar.gz", ".gz"],
  ])("counts %s as %s", (key, extension) => {
    expect(extensionOf(key)).toBe(extension);
  });
});
