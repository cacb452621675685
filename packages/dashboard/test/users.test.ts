import { UsageError } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { hashPassword, isPasswordHash, verifyPassword } from "../src/password-hash.ts";
import { parseUsers } from "../src/users.ts";

describe("a password's hash", () => {
  test("lets that password in and no other, and holds nothing that a shell would expand", async () => {
    const hash = await hashPassword("correct horse");
    expect(hash).toMatch(/^[\w.-]+$/);
    expect(await verifyPassword("correct horse", hash)).toBe(true);
    expect(await verifyPassword("correct horsf", hash)).toBe(false);
    expect(await hashPassword("correct horse")).not.toBe(hash);
  });

  test.each([
    "",
    "secret",
    "scrypt.30.8.1.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA",
    "scrypt.15.8.1..",
    "$2b$10$x",
  ])("that is none lets nobody in: %j", async (text) => {
    expect(isPasswordHash(text)).toBe(false);
    expect(await verifyPassword("", text)).toBe(false);
  });
});

describe("a users file", () => {
  test("has a name, a role and a hash a line, or commas between them", async () => {
    const [a, b] = [await hashPassword("password of a"), await hashPassword("password of b")];
    const users = parseUsers(`# who may come in\n\nalice:operator:${a},bob:viewer:${b}\n`, "users.txt");
    expect(users.size).toBe(2);
    expect(await users.authenticate("alice", "password of a")).toMatchObject({ name: "alice", role: "operator" });
    expect(await users.authenticate("bob", "password of b")).toMatchObject({ role: "viewer" });
    expect(await users.authenticate("bob", "password of a")).toBeUndefined();
    expect(await users.authenticate("carol", "password of a")).toBeUndefined();
  });

  test("takes as long for a name that nobody has", async () => {
    const users = parseUsers(`alice:operator:${await hashPassword("password of a")}`, "users.txt");
    const time = async (name: string): Promise<number> => {
      const from = performance.now();
      await users.authenticate(name, "wrong");
      return performance.now() - from;
    };
    const shortest = async (name: string): Promise<number> =>
      Math.min(await time(name), await time(name), await time(name));
    const ratio = (await shortest("nobody")) / (await shortest("alice"));
    expect(ratio).toBeGreaterThan(0.3);
    expect(ratio).toBeLessThan(3);
  });

  test("that is wrong is refused by a sentence that repeats no hash", async () => {
    const hash = await hashPassword("password of a");
    const wrong = [
      `alice:admin:${hash}`,
      `alice:viewer:${hash}\nalice:viewer:${hash}`,
      `al ice:viewer:${hash}`,
      "alice:viewer:secret",
    ];
    for (const text of wrong) {
      const failure = (() => {
        try {
          parseUsers(text, "users.txt");
          return undefined;
        } catch (error) {
          return error as UsageError;
        }
      })();
      expect(failure).toBeInstanceOf(UsageError);
      expect(failure?.message).toContain("users.txt, entry");
      expect(failure?.message).not.toMatch(/scrypt|secret/);
    }
  });
});
