import type { Fault, Trial } from "./fault.ts";
import type { FaultRow } from "./results.ts";
import type { Stage } from "./stage.ts";

/** More notes than this are of no use to anybody. */
const noteLimit = 24;
const noteCharacters = 3000;

/** Tries a fault so often, and says what came of it. */
export async function tryFault(
  stage: Stage,
  fault: Fault,
  { trials, quick }: { readonly trials: number; readonly quick: boolean },
): Promise<FaultRow> {
  const { id, what, recoveryLimit } = fault;
  const startedAt = performance.now();
  const skipped = fault.cannot?.();
  const tried: Trial[] = [];
  for (let i = 0; i < (skipped === undefined ? trials : 0); i++) {
    const trial = await fault.run(stage, i, { quick }).catch((error: Error): Trial => {
      return { exact: false, notes: error.message };
    });
    await stage.endTrial();
    tried.push(trial);
    if (!trial.exact || (trial.recoverySeconds ?? 0) > (recoveryLimit ?? Number.POSITIVE_INFINITY)) {
      console.log(`${id} trial ${i}: recovery ${trial.recoverySeconds ?? "–"} s: ${trial.notes}`);
    }
  }
  const recoveries = tried.map(({ recoverySeconds }) => recoverySeconds).filter((seconds) => seconds !== undefined);
  return {
    id,
    what,
    wanted: trials,
    tried: tried.length,
    exact: tried.filter(({ exact }) => exact).length,
    ...(recoveries.length > 0 && { worstRecoverySeconds: Math.max(...recoveries) }),
    ...(recoveryLimit !== undefined && { recoveryLimit }),
    seconds: (performance.now() - startedAt) / 1000,
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
