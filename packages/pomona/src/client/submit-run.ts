import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { identifyProcess, openOutput, preflight } from "@pomona/coordinator";
import { type Config, type FeatureConfig, makeRunId, type ObjectStore, type Success, UsageError } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { describeSkipped, openImages, openPlace } from "../places.ts";
import { version } from "../version.ts";
import { openPatient } from "./open-patient.ts";

export interface SubmitOptions {
  readonly input: string;
  readonly out: string;
  readonly config: Config;
  /** Where the pool's runs are registered. */
  readonly home: string;
  readonly cwd: string;
  readonly submittedBy: string;
  readonly overwrite?: boolean;
  readonly refit?: boolean;
  /** Gets a POST when the run has ended. */
  readonly notify?: string | undefined;
}

/** What a request for a run came to. */
export interface Submitted {
  /** `attached`: a run that does the same is waiting or running. `finished`: its result is there. */
  readonly outcome: "submitted" | "attached" | "finished";
  readonly run: string;
  readonly out: ObjectStore;
  /** Of a finished run. */
  readonly success?: Success;
}

/**
 * Records a run for whichever coordinator finds it. Decides and refuses as `pomona run` does, from this machine's point
 * of view: input and output are tried before anything is recorded.
 */
export async function submitRun(options: SubmitOptions): Promise<Submitted> {
  const { cwd, overwrite = false, refit = false, submittedBy } = options;
  const config = { ...options.config, features: absolute(options.config.features, cwd) };
  const notify = options.notify === undefined ? undefined : checkNotify(options.notify);
  const s3 = s3OptionsOf(config.machine);
  const [bareInput, bareOut] = await Promise.all([
    openPlace(options.input, cwd, "input", { s3 }),
    openPlace(options.out, cwd, "output", { s3 }),
  ]);
  const [input, out, home] = await Promise.all([
    openPatient(options.input, cwd, "input", { s3 }),
    openPatient(options.out, cwd, "output", { s3 }),
    openPatient(options.home, cwd, "home", { s3 }),
  ]);
  const images = await openImages({ input: bareInput, out: bareOut, features: config.features, cwd, s3 });
  try {
    const opened = await openOutput({
      home,
      input,
      out,
      config,
      newRun: makeRunId(new Date(), randomBytes(6)),
      owner: await identifyProcess(),
      drives: false,
      notify,
      submittedBy,
      pomona: version,
      overwrite,
      refit,
      takeOver: false,
      now: () => new Date(),
      beforeBegin: () =>
        preflight({
          input: bareInput,
          out: bareOut,
          source: images.source,
          describeSkipped: () => describeSkipped(images.skipped),
          deletes: overwrite,
        }),
    });
    const { run } = opened.file;
    if (opened.kind === "finished") return { outcome: "finished", run, out, success: opened.success };
    return { outcome: opened.kind === "running" ? "attached" : "submitted", run, out };
  } finally {
    await images.close();
  }
}

/** Files that a person named, so that processes that run elsewhere in the file system find them. */
function absolute(features: FeatureConfig, cwd: string): FeatureConfig {
  const place = (text: string | undefined): string | undefined =>
    text === undefined || /^[a-z0-9]+:/i.test(text) ? text : resolve(cwd, text);
  return {
    ...features,
    manifest: place(features.manifest),
    keysFrom: place(features.keysFrom),
    weights: features.weights === "untrained" ? "untrained" : place(features.weights),
  };
}

/** It is kept in the output, where others read it: so no credentials in it. */
function checkNotify(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return text;
  throw new UsageError("bad-option", "--notify is no http or https address without user and password", {
    remedy: "Give an address such as https://hooks.example.org/pomona.",
  });
}
