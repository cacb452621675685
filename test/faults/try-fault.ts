import type { Fault, Trial, TrialOptions } from "./fault.ts";
import { type FaultRow, isLate, resultOf, rowOf, type TrialResult } from "./results.ts";
import { watchStandstill } from "./standstill.ts";
import type { Theatre } from "./theatre.ts";
import type { Turns } from "./turns.ts";

/** Seconds that this process may be without a turn. */
const standstillLimit = 5;
/** Times that a trial which taught nothing is tried again. */
const moreTries = 2;

export interface TryOptions extends TrialOptions {
  readonly trials: number;
  /** Lets so many trials, of all faults together, run at once. */
  readonly turns: Turns;
  /** Of an earlier session: those that passed are not tried again. */
  readonly earlier: readonly TrialResult[];
  /** After each trial: what is known so far. */
  readonly onRow: (row: FaultRow) => void;
}

/** Tries a fault so often, and says what came of it. */
export async function tryFault(
  theatre: Theatre,
  asked: Fault,
  { trials, turns, earlier, onRow, ...options }: TryOptions,
): Promise<FaultRow> {
  const { recoveryLimit, cannot } = asked;
  const fault = { ...asked, ...(recoveryLimit !== undefined && { recoveryLimit: recoveryLimit * options.patience }) };
  const skipped = cannot?.();
  const results = earlier.filter((trial) => trial.exact && !isLate(trial, fault));
  const missing = Array.from({ length: skipped === undefined ? trials : 0 }, (_, i) => i).filter(
    (i) => !results.some((result) => result.i === i),
  );
  await Promise.all(
    missing.map((i) =>
      turns.take(async () => {
        const startedAt = performance.now();
        const trial = await tryOnce(theatre, fault, i, options);
        if (!trial.exact || isLate(trial, fault)) {
          console.log(`${fault.id} trial ${i}: recovery ${trial.recoverySeconds ?? "–"} s: ${trial.notes}`);
        }
        results.push(resultOf(i, (performance.now() - startedAt) / 1000, trial));
        onRow(rowOf(fault, trials, results, skipped));
      }),
    ),
  );
  return rowOf(fault, trials, results, skipped);
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
    if ((!trial.missed && !stoodStill) || again === moreTries) return trial;
    const why = trial.missed ? trial.notes : `this process had no turn for ${seconds.toFixed(0)} s`;
    console.log(`${fault.id} trial ${i} again: ${why}`);
  }
}
