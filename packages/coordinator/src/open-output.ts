import {
  decodeRunFile,
  type LogState,
  layersOf,
  type ObjectStore,
  type RunFile,
  RunLog,
  runLayout,
  type Success,
  UsageError,
} from "@pomona/core";
import { isUnfinished } from "./adopt-run.ts";
import { type BeginRunOptions, beginRun, ownerOf, registerRun, writeSettings } from "./begin-run.ts";
import { cleanOutput } from "./clean-output.ts";
import { differences, refuseOtherFeatures } from "./config-differences.ts";
import { deleteOutput } from "./delete-output.ts";
import { modelOptionsOf, type RequestedModel, readGenerationRequest, requestGeneration } from "./generation-request.ts";
import { givenOf, updateOf } from "./given-model.ts";
import { readSuccess } from "./read-success.ts";
import { refuseForeignOutput, refuseOwnedOutput } from "./refuse-output.ts";
import { takeOwnership } from "./take-ownership.ts";

/** `newRun` is the id for a run that begins here; an unfinished one keeps its own. */
export interface OpenOutputOptions extends BeginRunOptions {
  readonly overwrite: boolean;
  readonly refit: boolean;
  readonly takeOver: boolean;
  /** Called before a new run is recorded or an old one deleted; what it throws leaves no trace. */
  readonly beforeBegin: () => Promise<void>;
  /** Called before what is stored is replaced or, at the end, removed; what it throws leaves that as it is. */
  readonly beforeReplace: () => Promise<void>;
}

/** What a request for an output amounts to. */
export type OpenedOutput =
  | { readonly kind: "finished"; readonly file: RunFile; readonly success: Success }
  /** A coordinator is at it, or will be: whoever asked with `drives: false` for the same may follow it. */
  | { readonly kind: "running"; readonly file: RunFile; readonly log: RunLog }
  | {
      readonly kind: "drive";
      readonly file: RunFile;
      readonly log: RunLog;
      readonly epoch: number;
      readonly generation: number;
      readonly resumed: boolean;
    };

/**
 * Decides what a request for an output means: a new run, the continuation of one, another generation of it, nothing
 * (it is finished and the same was asked), or a refusal that names the difference. Nothing is written before the
 * decision, and nothing is deleted without `overwrite`. Whoever gets `drive` owns the output under that epoch.
 */
export function openOutput(
  options: OpenOutputOptions & { readonly drives?: true },
): Promise<Exclude<OpenedOutput, { kind: "running" }>>;
export function openOutput(options: OpenOutputOptions): Promise<OpenedOutput>;
export async function openOutput(options: OpenOutputOptions): Promise<OpenedOutput> {
  const { out, owner, overwrite, takeOver, now, beforeBegin } = options;
  const log = new RunLog(out);
  const state = await log.read();
  const success = await readSuccess(out);
  const isOurs = state.entries > 0 || success !== undefined;
  if (!isOurs) await refuseForeignOutput(out);
  const follows = options.drives === false && isUnfinished(state) && !overwrite && !takeOver;
  if (!follows) await refuseOwnedOutput({ out, state, owner, takeOver, now });

  const isFree = state.run === undefined && success === undefined;
  const mustDelete = (overwrite && isOurs) || state.status === "deleting";
  if (isFree || mustDelete) {
    await beforeBegin();
    const seen = mustDelete ? await deleteOutput({ out, log, seen: state.epoch, owner, now }) : state.epoch;
    return { kind: "drive", log, generation: 1, resumed: false, ...(await beginRun(options, log, seen)) };
  }
  if (state.run !== undefined) return continueRun(options, log, { ...state, run: state.run }, success);
  throw new UsageError("foreign-output", `${out.uri} holds a result whose run is gone`, {
    remedy: "Choose another folder, or give --overwrite to delete it.",
  });
}

async function continueRun(
  options: OpenOutputOptions,
  log: RunLog,
  state: LogState & { readonly run: string },
  success: Success | undefined,
): Promise<OpenedOutput> {
  const { out, input, config, refit, now } = options;
  const { run } = state;
  const configKey = runLayout(run).config;
  const file = decodeRunFile(await out.get(configKey), configKey);
  refuseOtherFeatures(file, { input: input.uri, features: config.features, ...updateOf(options) }, out.uri);
  const asked: RequestedModel = { model: config.model, ...givenOf(options) };
  const made = await generationOf(out, state, asked);
  // While one is being published, the log is to be finished first.
  const isSettled =
    state.status !== "publishing" && success?.generation === made && success?.csv === config.machine.csv;
  if (success !== undefined && isSettled) {
    if (config.machine.discardShards && state.status === "done") await discard(options);
    return { kind: "finished", file, success };
  }
  if (options.drives === false && isUnfinished(state) && made === state.generation) {
    await registerRun(options, run);
    return { kind: "running", file, log };
  }
  if (options.drives === false) await refuseOwnedOutput({ ...options, state });
  if (made === undefined && !refit) {
    const before = await readGenerationRequest(out, run, state.published || state.generation);
    const changed = differences(modelOptionsOf(before), modelOptionsOf(asked));
    throw new UsageError("model-differs", `${out.uri} was made with other model options: ${changed.join("; ")}`, {
      remedy: "Give --refit to make the model and table anew from the stored features, or ask for the same.",
    });
  }
  refuseOtherModel(asked, made, out.uri);
  if (success !== undefined || state.published > 0 || config.machine.discardShards) await options.beforeReplace();
  // Its entry may be gone with an earlier home.
  await registerRun(options, run);
  await writeSettings(options, run);
  const at = now().toISOString();
  const generation = made ?? (await requestRefit(out, { ...state, run }, asked));
  const claim = (epoch: number) => ({ kind: "open", at, run, epoch, generation, ...ownerOf(options) }) as const;
  const epoch = await takeOwnership({ out, log, seen: state.epoch, claim });
  return { kind: "drive", file, log, epoch, generation, resumed: true };
}

/** What the run that made the result was not asked for. */
async function discard({ out, beforeReplace, submittedBy: by, now }: OpenOutputOptions): Promise<void> {
  await beforeReplace();
  await cleanOutput({ out, by, now });
}

/** Another model of the rows that the published result has, those of retried images too. */
async function requestRefit(
  out: ObjectStore,
  { run, generation, published }: LogState & { readonly run: string },
  asked: RequestedModel,
): Promise<number> {
  const layers = published === 0 ? [] : layersOf(await readGenerationRequest(out, run, published));
  return requestGeneration(out, run, generation + 1, { ...asked, layers });
}

/** A given model is laid down when a run begins. */
function refuseOtherModel({ given }: RequestedModel, made: number | undefined, out: string): void {
  if (given === undefined || made !== undefined) return;
  throw new UsageError("model-differs", `${out} was made with another model than ${given.from}`, {
    remedy: "Choose another output, or give --overwrite to start again.",
  });
}

/**
 * The generation that was asked for with this model: the newest, or the published one, which a refit that failed leaves
 * as it was.
 */
async function generationOf(
  out: ObjectStore,
  { run, generation, published }: LogState & { readonly run: string },
  asked: RequestedModel,
): Promise<number | undefined> {
  for (const candidate of new Set([generation, published])) {
    if (candidate === 0) continue;
    const made = modelOptionsOf(await readGenerationRequest(out, run, candidate));
    if (differences(made, modelOptionsOf(asked)).length === 0) return candidate;
  }
  return undefined;
}
