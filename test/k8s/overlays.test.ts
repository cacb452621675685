import { expect, test } from "vitest";
import { checkManifests } from "./check-manifests.ts";
import { overlays, render } from "./render.ts";

test("there are the overlays that people are told of", () => {
  const names = overlays.map((path) => path.split("/").at(-1));
  expect(names).toEqual(expect.arrayContaining(["dev", "eks", "gpu", "karpenter", "keda", "monitoring"]));
});

test.each(overlays)("%s renders, fits the schemas and breaks no rule", async (path) => {
  expect(await checkManifests(render(path))).toEqual([]);
});
