import type { InstanceType } from "./instance-prices.ts";

/** What a number of images would take on a rented machine, each step of the calculation kept. */
export interface Estimate {
  readonly instance: InstanceType;
  readonly cores: number;
  readonly imagesPerHour: number;
  readonly hours: number;
  readonly usd: number;
}

/** Share of the cores' time that goes into images in a long run: the rest is reading, storing, waiting. */
export const busyShare = 0.9;

/** Images that one core, busy for `busyShare` of an hour, gets through. */
export function imagesPerCoreHour(cpuMsPerImage: number): number {
  return (3_600_000 / cpuMsPerImage) * busyShare;
}

/**
 * Hours and dollars of `images` images, taking the instance's cores to be as fast as the one `cpuMsPerImage` was
 * measured on. A second thread of a core counts nothing.
 */
export function estimateCost({
  cpuMsPerImage,
  instance,
  images = 1_000_000,
}: {
  readonly cpuMsPerImage: number;
  readonly instance: InstanceType;
  readonly images?: number;
}): Estimate {
  const cores = instance.vcpus / instance.vcpusPerCore;
  const imagesPerHour = cores * imagesPerCoreHour(cpuMsPerImage);
  const hours = images / imagesPerHour;
  return { instance, cores, imagesPerHour, hours, usd: hours * instance.usdPerHour };
}
