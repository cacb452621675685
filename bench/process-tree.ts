import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 50;

/**
 * Watches the resident memory of a process and all that descend from it, until `stop`. Pages that they share are counted
 * once for each, so the peak is an upper bound. Linux only.
 */
export function watchTree(root: number): { stop(): Promise<number> } {
  let peakMb = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      peakMb = Math.max(peakMb, await residentMb(root));
      await sleep(pollMs);
    }
  })();
  return {
    /** The peak in MiB. */
    async stop() {
      watching = false;
      await watch;
      return peakMb;
    },
  };
}

interface ProcessStatus {
  readonly id: number;
  readonly parent: number;
  readonly residentKb: number;
}

async function residentMb(root: number): Promise<number> {
  const processes = await readProcesses();
  const tree = new Set([root]);
  // A child's id may be the smaller one, so look until nothing new is found.
  for (let before = 0; before !== tree.size; ) {
    before = tree.size;
    for (const { id, parent } of processes) if (tree.has(parent)) tree.add(id);
  }
  const kilobytes = processes.filter(({ id }) => tree.has(id)).reduce((sum, { residentKb }) => sum + residentKb, 0);
  return kilobytes / 1024;
}

async function readProcesses(): Promise<ProcessStatus[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map(readStatus));
  return found.filter((status) => status !== undefined);
}

async function readStatus(id: string): Promise<ProcessStatus | undefined> {
  // It may have ended since it was listed.
  const text = await readFile(`/proc/${id}/status`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return { id: Number(id), parent: field("PPid"), residentKb: field("VmRSS") };
}
