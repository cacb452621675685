import { expect, test } from "vitest";
import { busyShare, estimateCost, imagesPerCoreHour } from "../src/estimate-cost.ts";
import { type InstanceType, priceList } from "../src/instance-prices.ts";

const threads: InstanceType = { name: "threads", vcpus: 16, vcpusPerCore: 2, usdPerHour: 0.7 };

test("18 ms an image are 180,000 images in an hour of a core that is busy for 0.9 of it", () => {
  expect(busyShare).toBe(0.9);
  expect(imagesPerCoreHour(18)).toBeCloseTo(180_000, 6);
});

test("a million images by hand: 8 cores make 1,440,000 images an hour", () => {
  const { cores, imagesPerHour, hours, usd } = estimateCost({ cpuMsPerImage: 18, instance: threads });
  expect(cores).toBe(8);
  expect(imagesPerHour).toBeCloseTo(1_440_000, 6);
  expect(hours).toBeCloseTo(0.694444, 6);
  expect(usd).toBeCloseTo(0.486111, 6);
});

test("a vCPU that is a whole core counts twice one that is a thread", () => {
  const whole = estimateCost({ cpuMsPerImage: 18, instance: { ...threads, vcpusPerCore: 1 } });
  expect(whole.hours * 2).toBeCloseTo(estimateCost({ cpuMsPerImage: 18, instance: threads }).hours, 9);
});

test("hours and dollars grow with the images", () => {
  const one = estimateCost({ cpuMsPerImage: 18, instance: threads, images: 1000 });
  const ten = estimateCost({ cpuMsPerImage: 18, instance: threads, images: 10_000 });
  expect(ten.usd).toBeCloseTo(10 * one.usd, 9);
});

test("the price list says where and when, and sizes of one family cost in proportion", () => {
  const { asOf, region, source, instances } = priceList;
  expect(asOf).toMatch(/^\d{4}-\d{2}$/);
  expect(region).toBe("us-east-1");
  expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  expect(new Set(instances.map(({ name }) => name)).size).toBe(instances.length);
  const perVcpu = (name: string) => {
    const found = instances.find((instance) => instance.name === name)!;
    return found.usdPerHour / found.vcpus;
  };
  expect(perVcpu("c7i.4xlarge")).toBeCloseTo(perVcpu("c7i.large"), 9);
});
