import { expect, test } from "vitest";
import { SpareMemory } from "../src/spare-memory.ts";

test("what is given back is lent again, for any length of the same power of two", () => {
  const memory = new SpareMemory(1 << 20);
  const first = memory.take(20_000);
  expect(first).toHaveLength(20_000);
  memory.giveBack(first);
  const second = memory.take(32_768);
  expect(second).toHaveLength(32_768);
  expect(second.buffer).toBe(first.buffer);
});

test("no block is lent twice at a time, even when given back twice", () => {
  const memory = new SpareMemory(1 << 20);
  const first = memory.take(100);
  expect(memory.take(100).buffer).not.toBe(first.buffer);
  memory.giveBack(first);
  memory.giveBack(first);
  expect(memory.take(100).buffer).not.toBe(memory.take(100).buffer);
});

test("keeps no more than it may, and nothing of another origin", () => {
  const memory = new SpareMemory(64 * 1024);
  const [first, second] = [memory.take(64 * 1024), memory.take(64 * 1024)];
  memory.giveBack(first);
  memory.giveBack(second);
  expect(memory.take(64 * 1024).buffer).toBe(first.buffer);
  expect(memory.take(64 * 1024).buffer).not.toBe(second.buffer);

  const foreign = new Uint8Array(16 * 1024);
  memory.giveBack(foreign);
  expect(memory.take(16 * 1024).buffer).not.toBe(foreign.buffer);
});

test("lends nothing for an empty file but takes it back", () => {
  const memory = new SpareMemory(1 << 20);
  const empty = memory.take(0);
  expect(empty).toHaveLength(0);
  memory.giveBack(empty);
  expect(memory.take(1).buffer).toBe(empty.buffer);
});
