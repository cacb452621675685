/**
 * The phases of a run, in order. Rare are features that `pomona clean` removed, taken from the table, and
 * quarantined images that are tried again.
 */
export const phases = [
  "restoring",
  "listing",
  "featurizing",
  "retrying",
  "moments",
  "fitting",
  "projecting",
  "training",
  "publishing",
] as const;
export type Phase = (typeof phases)[number];

/** How far a run is: told whenever it changes, by whoever drives it. */
export interface RunProgress {
  readonly phase: Phase;
  /** Units of the phase that are done: images, batches, groups, parts; 0 or 1 for a phase that is one step. */
  readonly done: number;
  /** Undefined while listing still finds more. */
  readonly total: number | undefined;
  readonly listed: number;
  readonly quarantined: number;
  /** Listed batches that have no shard yet: what autoscaling goes by. */
  readonly pendingBatches: number;
  /** Images whose features an earlier attempt had already stored. */
  readonly resumed: number;
}
