import {
  encodeJson,
  encodeModel,
  type Fingerprint,
  type GenerationRequest,
  type ModelFile,
  type ObjectStore,
  type RunFile,
  runLayout,
} from "@pomona/core";

/** A model that a run applies instead of fitting one. */
export interface GivenModel {
  /** Address of the result that it is of. */
  readonly from: string;
  readonly model: ModelFile;
  readonly fingerprint: Fingerprint;
  /** All files of `model/` by name, `bundle.json` last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** sha256 of `bundle.json`. */
  readonly bundle: string;
}

/** The finished run that a run updates. */
export interface EarlierRun {
  readonly from: string;
  readonly run: string;
  /** Drift is measured against it. */
  readonly model: ModelFile;
  /** Features are taken over, so they must be made in the same way. */
  readonly fingerprint: Fingerprint;
}

/** What a run takes over instead of making it. */
export interface Inheritance {
  readonly given?: GivenModel | undefined;
  readonly update?: EarlierRun | undefined;
}

/** What of it is written down with the request for a generation. */
export function givenOf({ given }: Inheritance): Pick<GenerationRequest, "given"> {
  return given === undefined ? {} : { given: { from: given.from, bundle: given.bundle } };
}

/** What of it is written down in run.json. */
export function updateOf({ update }: Inheritance): Pick<RunFile, "update"> {
  return update === undefined ? {} : { update: { from: update.from, run: update.run } };
}

/**
 * Lays down what a run takes over where its workers and reducers would put what they make themselves: the fingerprint,
 * which every worker compares with its own, and the model, which makes the fit a no-op.
 */
export async function layDown(out: ObjectStore, run: string, { given, update }: Inheritance): Promise<void> {
  const names = runLayout(run);
  const fingerprint = given?.fingerprint ?? update?.fingerprint;
  if (fingerprint !== undefined) await out.putIfAbsent(names.fingerprint, encodeJson(fingerprint));
  if (update !== undefined) await out.putIfAbsent(names.earlierModel, encodeModel(update.model));
  if (given === undefined) return;
  const generation = names.generation(1);
  for (const [name, bytes] of given.files) await out.putIfAbsent(generation.modelFile(name), bytes);
  await out.putIfAbsent(generation.model, encodeModel({ ...given.model, generation: 1 }));
}
