import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { hostname, uptime } from "node:os";
import { promisify } from "node:util";
import type { Owner } from "@pomona/core";

/** This process, told apart from every other on any host, and from later ones with the same number. */
export async function identifyProcess(): Promise<Owner> {
  const startTime = await startTimeOf(process.pid);
  return { host: hostname(), bootId: await bootId(), pid: process.pid, startTime: startTime ?? "" };
}

/** True or false for a process of this host and boot; undefined for one elsewhere, of which nothing is known. */
export async function isAlive(owner: Owner, here: Owner): Promise<boolean | undefined> {
  if (owner.host !== here.host) return undefined;
  if (owner.bootId !== here.bootId) return false;
  return (await startTimeOf(owner.pid)) === owner.startTime;
}

async function bootId(): Promise<string> {
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  } catch {
    // Elsewhere than on Linux the minute of booting serves.
    return String(Math.round((Date.now() / 1000 - uptime()) / 60));
  }
}

/** Undefined when there is no such process. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Field 22 counted from behind the command's name, which may hold spaces and parentheses. State Z is a corpse.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    if (process.platform === "linux") return undefined;
    return startTimeByPs(pid, error);
  }
}

async function startTimeByPs(pid: number, cause: unknown): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    void cause;
    return undefined;
  }
}
