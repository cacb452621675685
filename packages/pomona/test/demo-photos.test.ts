import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { decodeImage } from "@pomona/vision";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawFruit } from "../src/demo-photos.ts";
import { drawFruitPicture } from "../src/draw-fruit.ts";
import { fruitKinds } from "../src/fruit-kinds.ts";

const perLabel = 3;
const kinds = Object.keys(fruitKinds);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-fruit-"));
});
afterAll(() => rm(folder, { recursive: true }));

function into(name: string): (key: string, jpeg: Uint8Array) => Promise<void> {
  return async (key, jpeg) => {
    const file = join(folder, name, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, jpeg);
  };
}

test("draws as many pictures of five kinds as asked, which decode to 200 to 300 pixels", async () => {
  const progress: string[] = [];
  expect(await drawFruit(into("a"), { perLabel, onProgress: (done, total) => progress.push(`${done}/${total}`) })).toBe(
    5 * perLabel,
  );
  expect(progress).toHaveLength(5 * perLabel);
  expect(progress.at(-1)).toBe("15/15");
  expect((await readdir(join(folder, "a"))).sort()).toEqual(["apple", "banana", "orange", "pear", "plum"]);
  for (const kind of kinds) {
    const names = await readdir(join(folder, "a", kind));
    expect(names).toHaveLength(perLabel);
    for (const name of names) {
      const { width, height } = await decodeImage(await readFile(join(folder, "a", kind, name)));
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(200);
      expect(Math.max(width, height)).toBeLessThanOrEqual(300);
    }
  }
});

test("draws the same again, byte for byte, and no two pictures alike", async () => {
  await drawFruit(into("b"), { perLabel });
  await drawFruit(into("c"), { perLabel });
  const seen = new Set<string>();
  for (const kind of kinds) {
    for (const name of await readdir(join(folder, "b", kind))) {
      const bytes = await readFile(join(folder, "b", kind, name));
      expect(bytes.equals(await readFile(join(folder, "c", kind, name)))).toBe(true);
      seen.add(bytes.toString("base64"));
    }
  }
  expect(seen.size).toBe(5 * perLabel);
});

test("the mean colour of what is colourful tells its kind", () => {
  const means = kinds.map((kind) => Array.from({ length: 6 }, (_, i) => meanColour(kind, 1000 + i)));
  const centres = means.map((colours) => [0, 1, 2].map((c) => mean(colours.map((colour) => colour[c]!))));
  const right = means.flatMap((colours, kind) => colours.map((colour) => nearest(colour, centres) === kind));
  expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.85);
});

test("stops when asked to", async () => {
  await expect(drawFruit(into("d"), { perLabel, signal: AbortSignal.abort() })).rejects.toThrow("abort");
});

test("refuses a fruit that it can't draw", () => {
  expect(() => drawFruitPicture("durian", 1)).toThrow("apple, banana, orange, pear, plum");
});

/** Red, green and blue as shares of the brightness, of the most colourful pixels: the fruit, not the ground. */
function meanColour(kind: string, seed: number): number[] {
  const { data } = drawFruitPicture(kind, seed);
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) <= 50) continue;
    sums[0]! += r;
    sums[1]! += g;
    sums[2]! += b;
  }
  const sum = sums[0]! + sums[1]! + sums[2]!;
  return sums.map((value) => value / sum);
}

function nearest(colour: number[], centres: number[][]): number {
  const distances = centres.map((centre) => Math.hypot(...centre.map((value, c) => value - colour[c]!)));
  return distances.indexOf(Math.min(...distances));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
