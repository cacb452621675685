import { UsageError } from "@pomona/core";
import { describe, expect, it, test } from "vitest";
import { parseRedisAddress } from "../src/redis-address.ts";

describe("parseRedisAddress", () => {
  it("reads host, port, user, password and database", () => {
    expect(parseRedisAddress("rediss://ann:p%40ss%2F@cache.example:6380/3")).toEqual({
      name: "rediss://cache.example:6380",
      host: "cache.example",
      port: 6380,
      db: 3,
      username: "ann",
      password: "p@ss/",
      tls: true,
    });
  });

  it("takes the usual port and the first database where none is given", () => {
    const address = { name: "redis://cache:6379", host: "cache", port: 6379, db: 0, tls: false };
    expect(parseRedisAddress("redis://cache")).toEqual(address);
    expect(parseRedisAddress("redis://cache/")).toEqual(address);
  });

  it("reads an IPv6 address", () => {
    expect(parseRedisAddress("redis://[::1]:7000")).toMatchObject({ name: "redis://[::1]:7000", host: "::1" });
  });

  test.each([
    "cache:6379",
    "http://:secret-9@cache",
    "redis://:secret-9@",
    "redis://:secret-9@cache/db",
    "redis://:secret-9@cache:port",
    "redis://:secret-9%zz@cache",
    "",
  ])("refuses %j without repeating it", (text) => {
    let error: unknown;
    try {
      parseRedisAddress(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: "redis-address", exitCode: 2, remedy: expect.any(String) });
    expect(String((error as Error).stack)).not.toContain("secret-9");
    expect((error as Error).cause).toBeUndefined();
  });
});
