import { describe, expect, test } from "vitest";
import { readCookie } from "../src/cookie.ts";
import { ProxyIdentity } from "../src/proxy-identity.ts";
import { PublicPlace } from "../src/public-place.ts";

describe("the public place", () => {
  const place = new PublicPlace({ publicUrl: "https://ops.example.org/a/b/", host: "127.0.0.1" });

  test("leads links through the proxy's path, which requests may or may not have", () => {
    expect(place.link("/runs/x")).toBe("/a/b/runs/x");
    expect(place.strip("/a/b/runs/x?y=1")).toBe("/runs/x?y=1");
    expect(place.strip("/runs/x?y=1")).toBe("/runs/x?y=1");
    expect(place.strip("/a/b")).toBe("/");
    expect(place.strip("/a/b?x")).toBe("/?x");
    expect(place.strip("/a/bc")).toBe("/a/bc");
  });

  test("knows its own pages from those of other sites", () => {
    expect(place.isOwnPage({ origin: "https://ops.example.org", host: "10.0.0.3:8080" })).toBe(true);
    expect(place.isOwnPage({ origin: "https://evil.example.org", host: "ops.example.org" })).toBe(false);
    expect(place.isOwnPage({ origin: "null", host: "ops.example.org" })).toBe(false);
    expect(place.isOwnPage({ "sec-fetch-site": "cross-site", host: "ops.example.org" })).toBe(false);
    expect(place.isOwnPage({ host: "ops.example.org" })).toBe(true);
  });

  test("on this machine answers to this machine's names alone", () => {
    for (const host of ["localhost:8080", "127.0.0.1", "[::1]:8080", "ops.example.org"])
      expect(place.isOurs(host)).toBe(true);
    for (const host of ["evil.example.org", "127.0.0.1.evil.example.org", undefined])
      expect(place.isOurs(host)).toBe(false);
    expect(new PublicPlace({ publicUrl: undefined, host: "0.0.0.0" }).isOurs("anything")).toBe(true);
  });

  test.each(["ops.example.org", "ftp://x", "https://x/?a", "https://x/<script>"])("%s is refused", (publicUrl) => {
    expect(() => new PublicPlace({ publicUrl, host: "127.0.0.1" })).toThrow("--public-url");
  });
});

describe("who a proxy says is there", () => {
  const options = {
    userHeader: "X-Forwarded-User",
    groupsHeader: "X-Forwarded-Groups",
    operatorGroup: "pomona-operators",
    trustedProxies: ["10.0.0.0/8", "::1"],
  };
  const identity = new ProxyIdentity(options);

  test("is believed of the proxy alone", () => {
    const headers = { "x-forwarded-user": "alice", "x-forwarded-groups": "staff, pomona-operators" };
    expect(identity.find("10.1.2.3", headers)).toEqual({ name: "alice", role: "operator" });
    expect(identity.find("::ffff:10.1.2.3", headers)).toEqual({ name: "alice", role: "operator" });
    expect(identity.find("::1", headers)).toEqual({ name: "alice", role: "operator" });
    expect(identity.find("192.168.0.1", headers)).toBeUndefined();
    expect(identity.find(undefined, headers)).toBeUndefined();
  });

  test("acts only as a member of the operators' group, and is nobody without a name", () => {
    expect(identity.find("10.1.2.3", { "x-forwarded-user": "bob" })).toEqual({ name: "bob", role: "viewer" });
    expect(identity.find("10.1.2.3", { "x-forwarded-groups": "pomona-operators" })).toBeUndefined();
    expect(identity.find("10.1.2.3", { "x-forwarded-user": "" })).toBeUndefined();
  });

  test("needs a proxy to trust, by an address", () => {
    expect(() => new ProxyIdentity({ ...options, trustedProxies: [] })).toThrow("--trusted-proxies");
    expect(() => new ProxyIdentity({ ...options, trustedProxies: ["everywhere"] })).toThrow("everywhere");
  });
});

test("a cookie is found among others, by its whole name", () => {
  expect(readCookie("a=1; pomona_session=x-y; b=2", "pomona_session")).toBe("x-y");
  expect(readCookie("not_pomona_session=1", "pomona_session")).toBeUndefined();
  expect(readCookie(undefined, "pomona_session")).toBeUndefined();
});
