import {
  type Config,
  decodeGenerationRequest,
  decodeRunFile,
  decodeSuccess,
  encodeJson,
  type FeatureConfig,
  flagOf,
  homeLayout,
  type LogState,
  MissingObjectError,
  type ObjectStore,
  type Owner,
  outputLayout,
  PomonaError,
  protocol,
  type RunFile,
  RunLog,
  type RunRecord,
  runLayout,
  type Success,
  UsageError,
} from "@pomona/core";
import { deleteOutput } from "./delete-output.ts";
import { refuseForeignOutput, refuseOwnedOutput } from "./refuse-output.ts";

export interface OpenOutputOptions {
  readonly home: ObjectStore;
  readonly input: ObjectStore;
  readonly out: ObjectStore;
  readonly config: Config;
  /** The id for a run that begins here; an unfinished one keeps its own. */
  readonly newRun: string;
  readonly owner: Owner;
  readonly submittedBy: string;
  readonly pomona: string;
  readonly overwrite: boolean;
  readonly refit: boolean;
  readonly takeOver: boolean;
  readonly now: () => Date;
  /** Called before a new run is recorded; what it throws leaves no trace. */
  readonly beforeBegin: () => Promise<void>;
}

/** What a request for an output amounts to. */
export type OpenedOutput =
  | { readonly kind: "finished"; readonly file: RunFile; readonly success: Success }
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
 * (it is finished and the same was asked), or a refusal that names the difference. Nothing but the log is written
 * before the decision, and nothing is deleted without `overwrite`.
 */
export async function openOutput(options: OpenOutputOptions): Promise<OpenedOutput> {
  const { out, owner, overwrite, takeOver, now } = options;
  const log = new RunLog(out);
  const state = await log.read();
  const success = await readSuccess(out);
  if (state.entries === 0 && success === undefined) await refuseForeignOutput(out);
  await refuseOwnedOutput({ out, state, owner, takeOver, now });
  const something = state.entries > 0 || success !== undefined;
  if ((overwrite && something) || state.status === "deleting") {
    await options.beforeBegin();
    await deleteOutput(out, log, now);
    return begin(options, log);
  }
  if (state.run === undefined) {
    if (success === undefined) {
      await options.beforeBegin();
      return begin(options, log);
    }
    throw new UsageError("foreign-output", `${out.uri} holds a result whose run is gone`, {
      remedy: "Choose another folder, or give --overwrite to delete it.",
    });
  }
  return goOn(options, log, state, state.run, success);
}

async function begin(options: OpenOutputOptions, log: RunLog): Promise<OpenedOutput> {
  const { home, input, out, config, newRun: run, submittedBy, pomona, now } = options;
  const at = now().toISOString();
  const record: RunRecord = { name: "pomona.run-record", version: 1, run, out: out.uri, submittedBy, at };
  const file: RunFile = {
    name: "pomona.run",
    version: 1,
    protocol,
    run,
    input: input.uri,
    features: config.features,
    pomona,
    at,
  };
  await home.putIfAbsent(homeLayout.run(run), encodeJson(record));
  await out.putIfAbsent(runLayout(run).config, encodeJson(file));
  await requestGeneration(out, run, 1, config);
  const epoch = await takeOwnership(options, log, run);
  return { kind: "drive", file, log, epoch, generation: 1, resumed: false };
}

async function goOn(
  options: OpenOutputOptions,
  log: RunLog,
  state: LogState,
  run: string,
  success: Success | undefined,
): Promise<OpenedOutput> {
  const { home, out, input, config, refit, now } = options;
  const names = runLayout(run);
  const file = decodeRunFile(await out.get(names.config), names.config);
  refuseOtherFeatures(file, input.uri, config.features, out.uri);
  const requestKey = names.generation(state.generation).request;
  const request = decodeGenerationRequest(await out.get(requestKey), requestKey);
  const changed = differences(request.model, config.model);
  if (changed.length > 0 && !refit) {
    throw new UsageError("model-differs", `${out.uri} was made with other model options: ${changed.join("; ")}`, {
      remedy: "Give --refit to make the model and table anew from the stored features, or ask for the same.",
    });
  }
  const same = changed.length === 0;
  const finished = state.status === "done" && success !== undefined;
  if (finished && same && success.csv === config.machine.csv) return { kind: "finished", file, success };
  // The record may be gone with an earlier home: workers find a run only through it.
  const record: RunRecord = {
    name: "pomona.run-record",
    version: 1,
    run,
    out: out.uri,
    submittedBy: options.submittedBy,
    at: now().toISOString(),
  };
  await home.putIfAbsent(homeLayout.run(run), encodeJson(record));
  const epoch = await takeOwnership(options, log, run);
  if (same) return { kind: "drive", file, log, epoch, generation: state.generation, resumed: true };
  const generation = state.generation + 1;
  await requestGeneration(out, run, generation, config);
  await log.append(() => ({ kind: "generation", at: now().toISOString(), generation }));
  return { kind: "drive", file, log, epoch, generation, resumed: true };
}

async function takeOwnership(options: OpenOutputOptions, log: RunLog, run: string): Promise<number> {
  const { owner, now, out, takeOver } = options;
  const before = (await log.read()).epoch;
  const state = await log.append((newest) => {
    if (newest.epoch !== before && !takeOver) {
      throw new PomonaError("output-in-use", `another process opened ${out.uri} at the same moment`, {
        remedy: "Wait for it, or choose another output.",
      });
    }
    return { kind: "open", at: now().toISOString(), run, epoch: newest.epoch + 1, owner };
  });
  return state.epoch;
}

async function requestGeneration(out: ObjectStore, run: string, generation: number, config: Config): Promise<void> {
  const request = { name: "pomona.generation", version: 1, generation, model: config.model };
  // `put`: a process that died between this and its log entry may have asked for something else.
  await out.put(runLayout(run).generation(generation).request, encodeJson(request));
}

function refuseOtherFeatures(file: RunFile, input: string, features: FeatureConfig, out: string): void {
  // Weights are compared by content, in the fingerprint: the same file may lie elsewhere now.
  const changed = differences({ ...file.features, weights: undefined }, { ...features, weights: undefined });
  if (file.input !== input) changed.unshift(`input ${file.input}, now ${input}`);
  if (changed.length === 0) return;
  throw new UsageError("features-differ", `${out} was made with other options: ${changed.join("; ")}`, {
    remedy: "Ask for the same to resume, choose another output, or start again with --overwrite.",
  });
}

function differences(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const show = (value: unknown): string => (value === undefined ? "not set" : JSON.stringify(value));
  return names
    .filter((name) => show(before[name]) !== show(now[name]))
    .map((name) => `${flagOf(name)} ${show(before[name])}, now ${show(now[name])}`);
}

async function readSuccess(out: ObjectStore): Promise<Success | undefined> {
  try {
    return decodeSuccess(await out.get(outputLayout.success));
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}
