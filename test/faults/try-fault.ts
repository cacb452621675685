import type { Fault, Trial } from "./fault.ts";
import type { FaultRow } from "./results.ts";
import type { Theatre } from "./theatre.ts";
import type { Turns } from "./turns.ts";

/** More notes than this are of no use to anybody. */
const noteLimit = 24;
const noteCharacters = 3000;

export interface TryOptions {
  readonly trials: number;
  readonly quick: boolean;
  /** Lets so many trials, of all faults together, run at once. */
  readonly turns: Turns;
}

/** Tries a fault so often, and says what came of it. */
export async function tryFault(
  theatre: Theatre,
  fault: Fault,
  { trials, quick, turns }: TryOptions,
): Promise<FaultRow> {
  const { id, what, recoveryLimit } = fault;
  let milliseconds = 0;
  const skipped = fault.cannot?.();
  const tried = await Promise.all(
    Array.from({ length: skipped === undefined ? trials : 0 }, (_, i) =>
      turns.take(async () => {
        const startedAt = performance.now();
        const trial = await theatre
          .play((stage) => fault.run(stage, i, { quick }))
          .catch((error: Error): Trial => ({ exact: false, notes: error.message }));
        if (!trial.exact || (trial.recoverySeconds ?? 0) > (recoveryLimit ?? Number.POSITIVE_INFINITY)) {
          console.log(`${id} trial ${i}: recovery ${trial.recoverySeconds ?? "–"} s: ${trial.notes}`);
        }
        milliseconds += performance.now() - startedAt;
        return trial;
      }),
    ),
  );
  const recoveries = tried.map(({ recoverySeconds }) => recoverySeconds).filter((seconds) => seconds !== undefined);
  return {
    id,
    what,
    wanted: trials,
    tried: tried.length,
    exact: tried.filter(({ exact }) => exact).length,
    ...(recoveries.length > 0 && { worstRecoverySeconds: Math.max(...recoveries) }),
    ...(recoveryLimit !== undefined && { recoveryLimit }),
    seconds: milliseconds / 1000,
    ...(skipped !== undefined && { skipped }),
    notes: summarize(tried),
    finishedAt: new Date().toISOString(),
  };
}

function summarize(trials: readonly Trial[]): string[] {
  const counts = new Map<string, number>();
  for (const { notes = "" } of trials) counts.set(notes, (counts.get(notes) ?? 0) + 1);
  counts.delete("");
  return [...counts].slice(0, noteLimit).map(([note, n]) => (n === 1 ? "" : `${n} × `) + note.slice(0, noteCharacters));
}
