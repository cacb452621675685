import { expect, test } from "vitest";
import { scatterPoints } from "../src/scatter-points.ts";

test("reads path, label and the first two components, whatever is quoted", () => {
  const csv = 'path,label,pca_1,pca_2,pca_3\nfile:///a/b.jpg,a,1.5,-2e-3,9\n"file:///q/x,""y"".jpg","q\n2",0,1,2\n';
  expect(scatterPoints(csv)).toEqual([
    { x: 1.5, y: -0.002, label: "a", title: "a: b.jpg" },
    { x: 0, y: 1, label: "q\n2", title: 'q\n2: x,"y".jpg' },
  ]);
});

test("with one component all points are on a line", () => {
  expect(scatterPoints("path,label,pca_1\np,l,3\n")).toEqual([{ x: 3, y: 0, label: "l", title: "l: p" }]);
});

test("refuses another table", () => {
  expect(() => scatterPoints("path,label,features\np,l,[1]\n")).toThrow("path,label,pca_1");
});
