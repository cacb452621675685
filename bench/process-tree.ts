import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Looking takes processor time from the watched processes. */
const pollMs = 250;
/** Of x86-64 and most arm64 kernels. */
const pageBytes = 4096;

export interface TreeUse {
  /** MiB. Pages that processes share are counted once for each, so this is an upper bound. */
  readonly peakRssMb: number;
  /** User and system time, of all processes together. */
  readonly cpuSeconds: number;
  /** Cores that were busy with something else meanwhile: figures of a run with more than 0.1 are to be taken again. */
  readonly busyElsewhere: number;
}

/** Watches a process and all that descend from it, until `stop`. Linux only. */
export function watchTree(root: number): { stop(): Promise<TreeUse> } {
  const start = performance.now();
  const busyAtStart = readBusySeconds();
  /** Seconds by process: those that have ended keep what was last seen. */
  const cpu = new Map<number, number>();
  let peakRssMb = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const tree = await readTree(root);
      for (const { id, cpuSeconds } of tree) cpu.set(id, cpuSeconds);
      peakRssMb = Math.max(
        peakRssMb,
        tree.reduce((sum, { residentMb }) => sum + residentMb, 0),
      );
      await sleep(pollMs);
    }
  })();
  return {
    async stop() {
      watching = false;
      await watch;
      const cpuSeconds = [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
      const busySeconds = (await readBusySeconds()) - (await busyAtStart);
      const elsewhere = ((busySeconds - cpuSeconds) * 1000) / (performance.now() - start);
      return { peakRssMb, cpuSeconds, busyElsewhere: Math.max(0, elsewhere) };
    },
  };
}

/** Clock ticks per second of every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Of all cores since the machine started; what a hypervisor withheld counts as busy. */
async function readBusySeconds(): Promise<number> {
  const [, ...ticks] = (await readFile("/proc/stat", "utf8")).split("\n", 1)[0].split(/\s+/);
  const [user, nice, system, , , irq, softirq, steal] = ticks.map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

interface ProcessStatus {
  readonly id: number;
  readonly residentMb: number;
  readonly cpuSeconds: number;
}

/** A process and all that descend from it. Asks for these only: a look at every process costs as much as ten photos. */
export async function readTree(root: number): Promise<ProcessStatus[]> {
  const [status, children] = await Promise.all([readStatus(root), readChildren(root)]);
  const below = await Promise.all(children.map(readTree));
  return status === undefined ? below.flat() : [status, ...below.flat()];
}

/** Those that its first thread has started, which is the one that starts processes in Node. */
async function readChildren(id: number): Promise<number[]> {
  const text = await readFile(`/proc/${id}/task/${id}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

async function readStatus(id: number): Promise<ProcessStatus | undefined> {
  // It may have ended since it was listed.
  const text = await readFile(`/proc/${id}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  // After the name, which may hold anything: state, …, utime, stime (fields 14 and 15), …, rss in pages (24).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  const cpuSeconds = (field(14) + field(15)) / ticksPerSecond;
  return { id, residentMb: (field(24) * pageBytes) / 2 ** 20, cpuSeconds };
}
