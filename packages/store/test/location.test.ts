import { describe, expect, it } from "vitest";
import { objectUri, parseLocation } from "../src/location.ts";

describe("parseLocation", () => {
  it.each([
    ["/data/photos", "file", "file:///data/photos/", "/data/photos"],
    ["/data/photos/", "file", "file:///data/photos/", "/data/photos"],
    ["photos", "file", "file:///home/me/photos/", "/home/me/photos"],
    ["../x/./y//z", "file", "file:///home/x/y/z/", "/home/x/y/z"],
    [".", "file", "file:///home/me/", "/home/me"],
    ["/", "file", "file:///", "/"],
    ["./~", "file", "file:///home/me/~/", "/home/me/~"],
    ["a:b c%20é", "file", "file:///home/me/a:b c%20é/", "/home/me/a:b c%20é"],
    ["file:///data/my photos%20", "file", "file:///data/my photos%20/", "/data/my photos%20"],
    ["FILE:///data", "file", "file:///data/", "/data"],
    ["s3://bucket", "s3", "s3://bucket/", "bucket"],
    ["s3://bucket/some/prefix//", "s3", "s3://bucket/some/prefix/", "bucket/some/prefix"],
    ["memory:", "memory", "memory:///", "/"],
  ])("reads %j", (text, scheme, uri, path) => {
    expect(parseLocation(text, "/home/me")).toEqual({ scheme, uri, path });
  });

  it.each([
    ["", "is empty"],
    ["~/photos", "expanded by shells only"],
    ["gs://bucket", "no store for"],
    ["file://host/folder", "no host"],
    ["file:folder", "no host"],
    ["s3://", "names no bucket"],
    ["s3:bucket", "names no bucket"],
    ["/a\0b", "NUL"],
  ])("refuses %j: %s", (text, why) => {
    expect(() => parseLocation(text, "/home/me")).toThrow(why);
  });

  it("reads its own addresses", () => {
    for (const text of ["/", "/a b", "x", "s3://b/p"]) {
      const location = parseLocation(text, "/home/me");
      expect(parseLocation(location.uri, "/elsewhere")).toEqual(location);
    }
  });
});

describe("objectUri", () => {
  it("keeps the characters as they are", () => {
    expect(objectUri("file:///a b/", "x%2F/é ü\n.jpg")).toBe("file:///a b/x%2F/é ü\n.jpg");
  });
  it("has none for a key that is not UTF-8", () => {
    expect(() => objectUri("file:///a/", "x\udcff")).toThrow("not UTF-8");
  });
});
