import { readdir, readFile } from "node:fs/promises";

/** The process and all its descendants that are alive, by /proc: Linux only. */
export async function processTree(root: number): Promise<number[]> {
  const found = [root];
  for (let next = 0; next < found.length; next++) found.push(...(await childrenOf(found[next])));
  return found;
}

async function childrenOf(pid: number): Promise<number[]> {
  try {
    const tasks = await readdir(`/proc/${pid}/task`);
    const lists = await Promise.all(
      tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, "utf8").catch(() => "")),
    );
    return lists.flatMap((text) => text.trim().split(/\s+/).filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

/** Resident bytes of a process; 0 once it is gone. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

export interface MemoryWatch {
  /** Largest sum of resident bytes over the tree so far; shared pages count once for each process. */
  readonly peak: () => number;
  readonly stop: () => void;
}

/** Adds up the memory of a process and its descendants every 20 ms. */
export function watchMemory(root: number): MemoryWatch {
  let peak = 0;
  let stopped = false;
  async function look(): Promise<void> {
    const pids = await processTree(root);
    const bytes = await Promise.all(pids.map(residentBytes));
    peak = Math.max(
      peak,
      bytes.reduce((sum, n) => sum + n, 0),
    );
    if (!stopped) setTimeout(() => void look(), 20);
  }
  void look();
  return {
    peak: () => peak,
    stop: () => {
      stopped = true;
    },
  };
}
