import {
  type Config,
  encodeJson,
  homeLayout,
  type ObjectStore,
  type Owner,
  protocol,
  type RunFile,
  type RunLog,
  type RunRecord,
  type RunSettings,
  runLayout,
} from "@pomona/core";
import { requestGeneration } from "./generation-request.ts";
import { givenOf, type Inheritance, layDown, updateOf } from "./given-model.ts";
import { takeOwnership } from "./take-ownership.ts";

export interface BeginRunOptions extends Inheritance {
  readonly home: ObjectStore;
  readonly input: ObjectStore;
  readonly out: ObjectStore;
  readonly config: Config;
  readonly newRun: string;
  /** The process that asks. */
  readonly owner: Owner;
  /** Whether it drives the run itself, or leaves that to a coordinator of the home. Default true. */
  readonly drives?: boolean;
  /** Told of the run's end by a POST. */
  readonly notify?: string | undefined;
  readonly submittedBy: string;
  readonly pomona: string;
  readonly now: () => Date;
}

/**
 * Records a new run and opens it: registry, `run.json`, first generation, and the log last. A process that dies before
 * the log entry leaves a run that nobody refers to, so whatever the log names is complete.
 */
export async function beginRun(
  options: BeginRunOptions,
  log: RunLog,
  seen: number,
): Promise<{ readonly file: RunFile; readonly epoch: number }> {
  const { input, out, config, newRun: run, pomona, now } = options;
  const { features, model } = config;
  const at = now().toISOString();
  const file: RunFile = {
    name: "pomona.run",
    version: 1,
    protocol,
    run,
    input: input.uri,
    features,
    ...updateOf(options),
    pomona,
    at,
  };
  await registerRun(options, run);
  await out.putIfAbsent(runLayout(run).config, encodeJson(file));
  await writeSettings(options, run);
  await layDown(out, run, options);
  await requestGeneration(out, run, 1, { model, layers: [], ...givenOf(options) });
  const epoch = await takeOwnership({
    out,
    log,
    seen,
    claim: (mine) => ({ kind: "open", at, run, epoch: mine, ...ownerOf(options) }),
  });
  return { file, epoch };
}

/** Makes a run findable by its id: workers know of it only through this. */
export async function registerRun(
  { home, out, submittedBy, now }: Pick<BeginRunOptions, "home" | "out" | "submittedBy" | "now">,
  run: string,
): Promise<void> {
  const at = now().toISOString();
  const record: RunRecord = { name: "pomona.run-record", version: 1, run, out: out.uri, submittedBy, at };
  await home.putIfAbsent(homeLayout.run(run), encodeJson(record));
}

/** What an entry `open` says of its owner. */
export function ownerOf({ owner, drives = true }: Pick<BeginRunOptions, "owner" | "drives">): { owner?: Owner } {
  return drives ? { owner } : {};
}

/** The machine options that hold for every process of the run; a later request replaces them. */
export async function writeSettings(
  { out, config, notify }: Pick<BeginRunOptions, "out" | "config" | "notify">,
  run: string,
): Promise<void> {
  const { csv, maxQuarantine, giveUpAfter, report, discardShards } = config.machine;
  const settings: RunSettings = {
    name: "pomona.run-settings",
    version: 1,
    csv,
    maxQuarantine,
    giveUpAfter,
    ...(notify !== undefined && { notify }),
    ...(report === "none" && { report }),
    ...(discardShards && { discardShards }),
  };
  await out.put(runLayout(run).settings, encodeJson(settings));
}
