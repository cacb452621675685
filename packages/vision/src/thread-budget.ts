import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { posix } from "node:path";

/** The text of a file, or undefined where it can't be read. */
export type ReadText = (file: string) => string | undefined;

/** Cores this process may keep busy: what the scheduler allows, and not more than the container's quota pays for. */
export function usableCores(): number {
  return threadBudget({ parallelism: availableParallelism(), readText });
}

/**
 * The smaller of `parallelism` and the tightest processor quota of this process's control groups and all groups above
 * them, rounded up, at least 1. Version 2 keeps "quota period" in `cpu.max`, version 1 each in a file of its own
 * (https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/scheduler/sched-bwc.html).
 */
export function threadBudget({
  parallelism,
  readText,
}: {
  readonly parallelism: number;
  readonly readText: ReadText;
}): number {
  const quotas = memberships(readText("/proc/self/cgroup") ?? "").flatMap((group) => quotasOf(group, readText));
  return Math.max(1, Math.min(parallelism, Math.ceil(Math.min(...quotas))));
}

interface Membership {
  readonly mount: string;
  readonly path: string;
  readonly version: 1 | 2;
}

/** Lines `id:controllers:path`; version 2 has id 0 and no controllers. */
function memberships(text: string): Membership[] {
  const groups: Membership[] = [];
  for (const line of text.split("\n")) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined || controllers === undefined) continue;
    if (id === "0" && controllers === "") groups.push({ mount: "/sys/fs/cgroup", path, version: 2 });
    if (controllers.split(",").includes("cpu"))
      groups.push({ mount: `/sys/fs/cgroup/${controllers}`, path, version: 1 });
  }
  return groups;
}

/** Cores allowed by the group and each of its parents. Inside a container the mount's root is the container's own group. */
function quotasOf({ mount, path, version }: Membership, readText: ReadText): number[] {
  const read = version === 2 ? quotaOfVersion2 : quotaOfVersion1;
  return ancestors(path).map((group) => read(posix.join(mount, group), readText));
}

function quotaOfVersion2(folder: string, readText: ReadText): number {
  const [quota, period] = (readText(posix.join(folder, "cpu.max")) ?? "").trim().split(" ").map(Number);
  return cores(quota, period);
}

function quotaOfVersion1(folder: string, readText: ReadText): number {
  const read = (name: string): number => Number(readText(posix.join(folder, name)));
  return cores(read("cpu.cfs_quota_us"), read("cpu.cfs_period_us"));
}

/** Microseconds of quota in each period as a number of cores; "max", −1 and absent files are no limit. */
function cores(quota: number | undefined, period: number | undefined): number {
  const limited = quota !== undefined && period !== undefined && quota > 0 && period > 0;
  return limited ? quota / period : Number.POSITIVE_INFINITY;
}

function ancestors(path: string): string[] {
  const parents = [path];
  for (let group = path; group !== "/" && group !== "."; group = posix.dirname(group))
    parents.push(posix.dirname(group));
  return parents;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
