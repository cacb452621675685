import { expect, it } from "vitest";
import { BoundedCache } from "../src/bounded-cache.ts";

it("forgets the key that was not used for longest", () => {
  const cache = new BoundedCache<number>(2);
  const made: string[] = [];
  const get = (key: string) => cache.get(key, () => made.push(key));
  for (const key of ["a", "b", "a", "c", "a", "b"]) get(key);
  expect(made).toEqual(["a", "b", "c", "b"]);
});
