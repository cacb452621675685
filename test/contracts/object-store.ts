import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keysContract } from "./object-store-keys.ts";
import { listContract } from "./object-store-listing.ts";
import { readingContract } from "./object-store-reading.ts";
import { writingContract } from "./object-store-writing.ts";
import { type ObjectStoreHarness, StoreScene } from "./store-scene.ts";

/** Runs the contract of `ObjectStore` against one implementation. */
export function objectStoreContract(name: string, makeHarness: () => Promise<ObjectStoreHarness>): void {
  describe(`${name} keeps the object store contract`, () => {
    const scene = new StoreScene();
    beforeAll(() => scene.open(makeHarness));
    afterAll(() => scene.harness.close());

    it("has a uri that ends in a slash", () => {
      expect(scene.store.uri).toMatch(/^[a-z0-9]+:\/\/.*\/$/);
    });

    listContract(scene);
    readingContract(scene);
    writingContract(scene);
    keysContract(scene);
  });
}
