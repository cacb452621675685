import { expect, test } from "vitest";
import { type ScatterPoint, scatterSvg } from "../src/scatter-svg.ts";

const titles = { title: "Features", xTitle: "pca_1 (60 %)", yTitle: "pca_2 (20 %)" };

function point(x: number, y: number, label: string, title = label): ScatterPoint {
  return { x, y, label, title };
}

/** Elements by name; throws where a tag is not closed, where text is not escaped or an entity is unknown. */
function elementsOf(svg: string): Map<string, number> {
  const counts = new Map<string, number>();
  const open: string[] = [];
  for (const [, text = "", slash, name = "", attributes = "", closed] of svg.matchAll(
    /([^<]*)<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/.test(text + attributes)) throw new Error(`not escaped: ${text}`);
    if (slash) {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
    } else {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (!closed) open.push(name);
    }
  }
  const tags = svg.split("<").length - 1;
  const seen = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const closing = svg.split("</").length - 1;
  if (tags !== seen + closing) throw new Error("a tag is not well formed");
  if (open.length > 0) throw new Error(`<${open.pop()}> is open`);
  return counts;
}

test("one mark for each point and each label, and every tag closed", () => {
  const points = [point(0, 0, "apple"), point(1, 2, "apple"), point(-3, 1, "pear")];
  const svg = scatterSvg(points, titles);
  const marks = svg.match(/<path transform/g) ?? [];
  expect(marks).toHaveLength(3 + 2);
  expect(elementsOf(svg).get("svg")).toBe(1);
  expect(svg).toContain("apple (2)");
  expect(svg).toContain("pca_1 (60 %)");
});

test("labels and titles are escaped, and what XML can't hold is replaced", () => {
  const nasty = `</text><script>alert("1 & 2")</script>'\u0000\ud800`;
  const svg = scatterSvg([point(0, 0, nasty, nasty), point(1, 1, "b")], { ...titles, title: nasty });
  expect(svg).not.toContain("<script");
  expect(svg).not.toContain("\u0000");
  expect(svg.isWellFormed()).toBe(true);
  expect(svg).toContain("&lt;script&gt;");
  elementsOf(svg);
});

test("points stay inside the frame, those without a position are left out", () => {
  const svg = scatterSvg([point(-1e6, 1e-3, "a"), point(5e6, 2e-3, "a"), point(Number.NaN, 1, "a")], titles);
  const marks = [...svg.matchAll(/<path transform="translate\(([\d.-]+) ([\d.-]+)\)"[^>]*><title>/g)];
  expect(marks).toHaveLength(2);
  for (const [, x, y] of marks) {
    expect(Number(x)).toBeGreaterThan(70);
    expect(Number(x)).toBeLessThan(660);
    expect(Number(y)).toBeGreaterThan(60);
    expect(Number(y)).toBeLessThan(535);
  }
});

test.each([
  ["no points", []],
  ["one point", [point(3, 3, "a")]],
  ["equal points", [point(0, 0, "a"), point(0, 0, "b")]],
])("%s make a picture without NaN", (_, points) => {
  const svg = scatterSvg(points, titles);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  elementsOf(svg);
});

test("labels beyond the legend's room are counted", () => {
  const points = Array.from({ length: 30 }, (_, i) => point(i, i, `label ${String(i).padStart(2, "0")}`));
  const svg = scatterSvg(points, titles);
  expect(svg).toContain("… and 9 more");
  expect(svg).toContain("label 20 (1)");
  expect(svg).not.toContain("label 21 (1)");
});
