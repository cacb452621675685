import { describe, expect, it } from "vitest";
import { fitsChecksum } from "../src/body-checksum.ts";

const digits = Buffer.from("123456789");
const fits = (checksums: Record<string, string>, bytes = digits) =>
  fitsChecksum(
    bytes,
    Object.fromEntries(Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value])),
  );

describe("the checksum of a body", () => {
  // Check values of the catalogue of parametrised CRC algorithms; sha as of FIPS 180.
  it.each([
    ["crc32", "cbf43926"],
    ["crc32c", "e3069283"],
    ["crc64nvme", "ae8b14860a799888"],
    ["sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
  ])("is known as %s", async (name, hex) => {
    const value = Buffer.from(hex, "hex").toString("base64");
    expect(await fits({ [name]: value })).toBe(true);
    expect(await fits({ [name]: value }, Buffer.from("123456788"))).toBe(false);
  });

  it("is none where there is none, or that of parts", async () => {
    expect(await fits({})).toBe(true);
    expect(await fits({ crc32: "AAAAAA==-3" })).toBe(true);
    expect(await fits({ crc99: "AAAA" })).toBe(true);
  });
});
