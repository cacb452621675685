import { expect, test } from "vitest";
import { decodeImage } from "../src/decode.ts";
import { encodeJpeg } from "../src/encode-jpeg.ts";

test("what is encoded is decoded to nearly the same pixels", async () => {
  const raster = { width: 32, height: 16, data: new Uint8Array(32 * 16 * 3).map((_, i) => (i * 2) % 200) };
  const smooth = { ...raster, data: raster.data.map((_, i) => 40 + Math.floor(i / 96) * 10) };
  const { width, height, data } = await decodeImage(await encodeJpeg(smooth, { quality: 95 }));
  expect([width, height]).toEqual([32, 16]);
  expect(Math.max(...data.map((value, i) => Math.abs(value - smooth.data[i])))).toBeLessThanOrEqual(3);
});
