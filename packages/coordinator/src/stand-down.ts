import { PomonaError, type RunLog } from "@pomona/core";

/** Throws {@link PomonaError} `stood-down` where another process took the output over since epoch `mine` began. */
export function refuseOtherEpoch(newest: number, mine: number): void {
  if (newest === mine) return;
  throw new PomonaError("stood-down", "another process took over this output", {
    remedy: "Nothing is lost: the other process finishes the run.",
  });
}

/** The same, asked of the store: to be called before each write that replaces or removes what others may have written. */
export async function standDown(log: RunLog, mine: number): Promise<void> {
  refuseOtherEpoch((await log.read()).epoch, mine);
}
