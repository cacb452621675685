import { PomonaError } from "@pomona/core";
import { describe, expect, it, test } from "vitest";
import { isOutage, toRedisError } from "../src/redis-error.ts";

const address = { name: "redis://cache:6379" };
const withCode = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe("toRedisError", () => {
  test.each([
    ["redis-auth", new Error("WRONGPASS invalid username-password pair or user is disabled.")],
    ["redis-auth", new Error("NOAUTH Authentication required.")],
    ["redis-auth", new Error("ERR AUTH <password> called without any password configured for the default user.")],
    ["redis-tls", withCode("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate")],
    ["redis-full", new Error("OOM command not allowed when used memory > 'maxmemory'.")],
    ["redis-cluster", new Error("MOVED 3999 10.0.0.7:6379")],
    ["redis-read-only", new Error("READONLY You can't write against a read only replica.")],
    ["redis-unreachable", withCode("ECONNREFUSED", "connect ECONNREFUSED 10.0.0.7:6379")],
    ["redis-unreachable", new Error("Stream isn't writeable and enableOfflineQueue options is false")],
    ["redis-refused", new Error("ERR something else")],
  ])("gives the code %s", (code, error) => {
    expect(toRedisError(error, address)).toMatchObject({ code, message: expect.stringContaining(address.name) });
  });

  it("leaves out the request, which may hold a password", () => {
    const reply = Object.assign(new Error("WRONGPASS no"), { command: { name: "auth", args: ["secret-9"] } });
    const error = toRedisError(reply, address);
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(error)).not.toContain("secret-9");
  });

  it("passes errors of ours on", () => {
    const ours = new PomonaError("redis-version", "old");
    expect(toRedisError(ours, address)).toBe(ours);
  });
});

describe("isOutage", () => {
  it("tells what comes back by itself from what is refused each time", () => {
    expect(isOutage(withCode("ECONNRESET"))).toBe(true);
    expect(isOutage(new Error("LOADING Redis is loading the dataset in memory"))).toBe(true);
    expect(isOutage(new Error("OOM command not allowed"))).toBe(false);
    expect(isOutage(new RangeError("job x has 400 bytes"))).toBe(false);
  });
});
