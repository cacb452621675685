import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
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

/** Empty elsewhere than on Linux: there start times are dates, which no two boots share. */
async function bootId(): Promise<string> {
  if (process.platform !== "linux") return "";
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** When a process started, in the system's own words; undefined when there is none of that number. */
function startTimeOf(pid: number): Promise<string | undefined> {
  return process.platform === "linux" ? startTimeByProc(pid) : startTimeByPs(pid);
}

async function startTimeByProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Field 22 counted from behind the command's name, which may hold spaces and parentheses. State Z is a corpse.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

async function startTimeByPs(pid: number): Promise<string | undefined> {
  try {
    // The date must be the same text for every user of this host.
    const env = { LC_ALL: "C", TZ: "UTC" };
    const { stdout } = await promisify(execFile)("/bin/ps", ["-o", "lstart=", "-p", String(pid)], { env });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
