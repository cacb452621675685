import { expect, it } from "vitest";
import { concatenate, littleEndianBytes, messageField, stringField, varintField } from "../src/protobuf.ts";

const hex = (...fields: Parameters<typeof concatenate>[0]): string => Buffer.from(concatenate(fields)).toString("hex");

// The examples of https://protobuf.dev/programming-guides/encoding/.
it("writes varints, strings and messages as the encoding guide shows", () => {
  expect(hex(varintField(1, 150))).toBe("089601");
  expect(hex(varintField(1, -2))).toBe("08feffffffffffffffff01");
  expect(hex(stringField(2, "testing"))).toBe("120774657374696e67");
  expect(hex(messageField(3, varintField(1, 150)))).toBe("1a03089601");
});

it("writes long lengths and high field numbers", () => {
  expect(hex(stringField(16, "x".repeat(300)))).toMatch(/^8201ac02(78){300}$/);
});

it("lays floats out little-endian", () => {
  expect(Buffer.from(littleEndianBytes(Float32Array.of(1))).toString("hex")).toBe("0000803f");
});
