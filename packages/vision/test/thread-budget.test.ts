import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { threadBudget, usableCores } from "../src/thread-budget.ts";

const budget = (files: Record<string, string>, parallelism = 64): number =>
  threadBudget({ parallelism, readText: (file) => files[file] });

describe("threadBudget", () => {
  it("is the number of processors without control groups or limits", () => {
    expect(budget({})).toBe(64);
    expect(budget({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" })).toBe(64);
  });

  it("follows a version 2 quota, rounded up", () => {
    const files = (max: string) => ({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": max });
    expect(budget(files("200000 100000\n"))).toBe(2);
    expect(budget(files("150000 100000\n"))).toBe(2);
    expect(budget(files("10000 100000\n"))).toBe(1);
    expect(budget(files("800000 100000\n"), 4)).toBe(4);
  });

  it("takes the tightest of a group and the groups above it", () => {
    const files = {
      "/proc/self/cgroup": "0::/kube/pod/container\n",
      "/sys/fs/cgroup/kube/pod/container/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/kube/pod/cpu.max": "300000 100000\n",
      "/sys/fs/cgroup/kube/cpu.max": "1600000 100000\n",
    };
    expect(budget(files)).toBe(3);
  });

  it("follows a version 1 quota, also where the mount shows the container's own group as its root", () => {
    const files = (folder: string, quota: string) => ({
      "/proc/self/cgroup": "12:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/docker/abc\n",
      [`${folder}/cpu.cfs_quota_us`]: quota,
      [`${folder}/cpu.cfs_period_us`]: "100000\n",
    });
    expect(budget(files("/sys/fs/cgroup/cpu,cpuacct/docker/abc", "250000\n"))).toBe(3);
    expect(budget(files("/sys/fs/cgroup/cpu,cpuacct", "200000\n"))).toBe(2);
    expect(budget(files("/sys/fs/cgroup/cpu,cpuacct", "-1\n"))).toBe(64);
  });
});

it("finds at least one core here and not more than there are", () => {
  expect(usableCores()).toBeGreaterThanOrEqual(1);
  expect(usableCores()).toBeLessThanOrEqual(availableParallelism());
});
