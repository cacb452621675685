import { describe, expect, it } from "vitest";
import { RateMeter } from "../src/rate-meter.ts";

describe("RateMeter", () => {
  it("knows no rate before two samples lie apart", () => {
    const meter = new RateMeter(() => 5);
    expect(meter.perSecond).toBe(0);
    meter.observe(1);
    meter.observe(2);
    expect(meter.perSecond).toBe(0);
  });

  it("forgets what lies more than its window back", () => {
    let now = 0;
    const meter = new RateMeter(() => now);
    let count = 0;
    for (; now < 130; now++) {
      count += now < 100 ? 10 : 2;
      meter.observe(count);
    }
    expect(meter.perSecond).toBe(2);
  });

  it("counts from where it starts", () => {
    let now = 0;
    const meter = new RateMeter(() => now);
    meter.observe(1000);
    now = 2;
    meter.observe(1006);
    expect(meter.perSecond).toBe(3);
  });
});
