import type { ChildProcess } from "node:child_process";

const left = new Set<() => void>();
let isWatching = false;

/** Kills a process that was started, or its whole group, when this one ends, however it comes to that. */
export function endWithUs(child: ChildProcess, { group = false } = {}): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (!isWatching) process.once("exit", endAll);
  isWatching = true;
  const end = (): void => {
    try {
      process.kill(group ? -pid : pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  };
  left.add(end);
  child.once("exit", () => left.delete(end));
}

function endAll(): void {
  for (const end of left) end();
}
