import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AllowedPlaces } from "../../src/api/allowed-places.ts";
import { scratchFolder } from "../scratch-folder.ts";

describe("places that requests may name", () => {
  test("must be given", async () => {
    await expect(AllowedPlaces.of([], "/")).rejects.toMatchObject({ code: "bad-option", exitCode: 2 });
  });

  test("are the allowed ones and what lies in them, also what is not there yet", async () => {
    const folder = await scratchFolder();
    const places = await AllowedPlaces.of([folder, "s3://bucket/team"], "/");
    for (const place of [folder, `${folder}/a/b`, `file://${folder}/a`, "s3://bucket/team", "s3://bucket/team/x/"]) {
      await expect(places.require(place, "input")).resolves.toBeUndefined();
    }
  });

  test("are not their neighbours, parents, or what .. or a link leads to", async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, "allowed"));
    await mkdir(join(folder, "secret"));
    await symlink(join(folder, "secret"), join(folder, "allowed/link"));
    const places = await AllowedPlaces.of([join(folder, "allowed"), "s3://bucket/team"], "/");
    const outside = [
      folder,
      join(folder, "secret"),
      `${folder}/allowed-not`,
      `${folder}/allowed/../secret`,
      `${folder}/allowed/link/new`,
      `file://${folder}/allowed/../secret`,
      "s3://bucket",
      "s3://bucket/teams",
      "s3://bucket/team/../other",
      "s3://other/team",
      "allowed",
      "memory:///",
      `${folder}/allowed/x\0y`,
      "",
    ];
    for (const place of outside) {
      await expect(places.require(place, "input"), place).rejects.toMatchObject({ code: "not-allowed" });
    }
  });

  test("that are links themselves allow what they lead to", async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, "real"));
    await symlink(join(folder, "real"), join(folder, "link"));
    const places = await AllowedPlaces.of([join(folder, "link")], "/");
    await expect(places.require(join(folder, "link/x"), "out")).resolves.toBeUndefined();
    await expect(places.require(join(folder, "real/x"), "out")).resolves.toBeUndefined();
  });
});
