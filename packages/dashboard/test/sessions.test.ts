import { describe, expect, test } from "vitest";
import { LoginLimit } from "../src/login-limit.ts";
import { Sessions } from "../src/sessions.ts";

const hour = 3600_000;

describe("a session", () => {
  const begin = () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const id = sessions.begin({ name: "alice", role: "operator" });
    const at = (ms: number): void => {
      now = ms;
    };
    return { sessions, id, at };
  };

  test("is found by its id alone", () => {
    const { sessions, id } = begin();
    expect(sessions.find(id)).toMatchObject({ name: "alice", role: "operator" });
    expect(sessions.find(`${id}x`)).toBeUndefined();
    expect(sessions.find(undefined)).toBeUndefined();
    expect(sessions.begin({ name: "alice", role: "operator" })).not.toBe(id);
  });

  test("ends when its person logs out, and tells what it opened", () => {
    const { sessions, id } = begin();
    const signal = sessions.find(id)?.signal;
    sessions.end(id);
    expect(sessions.find(id)).toBeUndefined();
    expect(signal?.aborted).toBe(true);
  });

  test("ends after two idle hours, and after twelve whatever happens", () => {
    const { sessions, id, at } = begin();
    for (let hours = 1.5; hours < 12; hours += 1.5) {
      at(hours * hour);
      expect(sessions.find(id)).toBeDefined();
    }
    at(12 * hour);
    expect(sessions.find(id)).toBeUndefined();
    const other = begin();
    other.at(2 * hour);
    expect(other.sessions.find(other.id)).toBeUndefined();
  });
});

describe("wrong passwords", () => {
  test("are slowed down more and more, a hundred of them to hours", () => {
    let now = 0;
    const limit = new LoginLimit(() => now);
    for (let i = 0; i < 4; i++) {
      expect(limit.waitMs("10.0.0.1", "alice")).toBe(0);
      limit.failed("10.0.0.1", "alice");
    }
    expect(limit.waitMs("10.0.0.1", "alice")).toBe(0);
    for (let i = 4; i < 100; i++) {
      now += limit.waitMs("10.0.0.1", "alice");
      limit.failed("10.0.0.1", "alice");
    }
    expect(now).toBeGreaterThan(10 * hour);
  });

  test("of one address do not lock the owner of a name out for long", () => {
    const limit = new LoginLimit(() => 0);
    for (let i = 0; i < 50; i++) limit.failed("10.0.0.1", "alice");
    expect(limit.waitMs("10.0.0.2", "alice")).toBeLessThanOrEqual(30_000);
    expect(limit.waitMs("10.0.0.2", "bob")).toBe(0);
    expect(limit.waitMs("10.0.0.1", "bob")).toBeGreaterThan(30_000);
  });

  test("are forgotten after a right one", () => {
    const limit = new LoginLimit(() => 0);
    for (let i = 0; i < 6; i++) limit.failed("10.0.0.1", "alice");
    limit.succeeded("10.0.0.1", "alice");
    expect(limit.waitMs("10.0.0.1", "alice")).toBe(0);
  });
});
