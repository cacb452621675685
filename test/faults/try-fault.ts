import type { Fault, Trial, TrialOptions } from "./fault.ts";
import type { FaultRow } from "./results.ts";
import { watchStandstill } from "./standstill.ts";
import type { Theatre } from "./theatre.ts";
import type { Turns } from "./turns.ts";

/** More notes than this are of no use to anybody. */
const noteLimit = 24;
const noteCharacters = 3000;
/** Seconds that this process may be without a turn. */
const standstillLimit = 5;

export interface TryOptions extends TrialOptions {
  readonly trials: number;
  /** Lets so many trials, of all faults together, run at once. */
  readonly turns: Turns;
}

/** Tries a fault so often, and says what came of it. */
export async function tryFault(
  theatre: Theatre,
  asked: Fault,
  { trials, turns, ...options }: TryOptions,
): Promise<FaultRow> {
  const recoveryLimit = asked.recoveryLimit === undefined ? undefined : asked.recoveryLimit * options.patience;
  const fault = { ...asked, ...(recoveryLimit !== undefined && { recoveryLimit }) };
  const { id, what } = fault;
  let milliseconds = 0;
  const skipped = fault.cannot?.();
  const tried = await Promise.all(
    Array.from({ length: skipped === undefined ? trials : 0 }, (_, i) =>
      turns.take(async () => {
        const startedAt = performance.now();
        const trial = await tryOnce(theatre, fault, i, options);
        if (!trial.exact || isLate(trial, fault)) {
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

/**
 * Again where nothing can be learned: the fault did not come about, or a time limit was missed while this machine stood
 * still. A result that is not exact is one, whatever the machine did.
 */
async function tryOnce(theatre: Theatre, fault: Fault, i: number, options: TrialOptions): Promise<Trial> {
  for (let again = 0; ; again++) {
    const standstill = watchStandstill();
    let gaveUp = false;
    const trial = await theatre
      .play((stage) => fault.run(stage, i, options))
      .catch((error: Error): Trial => {
        gaveUp = true;
        return { exact: false, notes: error.message };
      });
    const seconds = standstill();
    const stoodStill = (gaveUp || isLate(trial, fault)) && seconds >= standstillLimit;
    if ((!trial.missed && !stoodStill) || again === 2) return trial;
    const why = trial.missed ? trial.notes : `this process had no turn for ${seconds.toFixed(0)} s`;
    console.log(`${fault.id} trial ${i} again: ${why}`);
  }
}

function isLate({ recoverySeconds = 0 }: Trial, { recoveryLimit = Number.POSITIVE_INFINITY }: Fault): boolean {
  return recoverySeconds > recoveryLimit;
}

function summarize(trials: readonly Trial[]): string[] {
  const counts = new Map<string, number>();
  for (const { notes = "" } of trials) counts.set(notes, (counts.get(notes) ?? 0) + 1);
  counts.delete("");
  return [...counts].slice(0, noteLimit).map(([note, n]) => (n === 1 ? "" : `${n} × `) + note.slice(0, noteCharacters));
}
