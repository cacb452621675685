import { expect, test } from "vitest";
import { bytesField, varintField } from "../src/protobuf.ts";

// The examples of https://protobuf.dev/programming-guides/encoding/.
test("a varint field", () => {
  expect(varintField(1, 150)).toEqual([0x08, 0x96, 0x01]);
  expect(varintField(20, 7)).toEqual([0xa0, 0x01, 0x07]);
  expect(varintField(1, 2 ** 40)).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
});

test("a string and an embedded message", () => {
  expect(bytesField(2, "testing")).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect(bytesField(3, [varintField(1, 150)])).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
});
