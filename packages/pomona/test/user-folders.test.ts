import { describe, expect, it } from "vitest";
import { userFolders } from "../src/user-folders.ts";

describe("userFolders", () => {
  it.each([
    ["linux", {}, "/u/.local/share/pomona", "/u/.cache/pomona"],
    ["linux", { XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/c" }, "/d/pomona", "/c/pomona"],
    ["linux", { XDG_DATA_HOME: "", XDG_CACHE_HOME: "" }, "/u/.local/share/pomona", "/u/.cache/pomona"],
    ["darwin", { XDG_DATA_HOME: "/d" }, "/u/Library/Application Support/pomona", "/u/Library/Caches/pomona"],
    ["linux", { POMONA_HOME: "/h", POMONA_CACHE: "/k", XDG_DATA_HOME: "/d" }, "/h", "/k"],
    ["linux", { POMONA_HOME: "", POMONA_CACHE: "" }, "/u/.local/share/pomona", "/u/.cache/pomona"],
  ] as const)("on %s with %j", (platform, env, home, cache) => {
    expect(userFolders(env, "/u", platform)).toEqual({ home, cache });
  });
});
