import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { readGoldens } from "../src/goldens.ts";
import { comparePhotos, compareResampling } from "../src/image-parity.ts";

test("an image that is not Pillow's is counted and named", async () => {
  const { images } = await readGoldens();
  const [first, ...others] = images.synthetic;
  const changed = { ...images, synthetic: [{ ...first, resampled: "0".repeat(64) }, ...others] };
  const wrong = compareResampling(changed).filter(({ ok }) => !ok);
  expect(wrong).toMatchObject([{ what: `synthetic, ${first.filter}`, difference: 1, detail: "of 10: 1×1" }]);
});

test("photos that are not there are named, not passed", async () => {
  const { images } = await readGoldens();
  const { lines, missing } = await comparePhotos(new MemoryStore(), images);
  expect(lines).toEqual([]);
  expect(missing).toEqual(images.photos.map(({ path }) => path));
});
