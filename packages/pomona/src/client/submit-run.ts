import { resolve } from "node:path";
import { openOutput } from "@pomona/coordinator";
import { type FeatureConfig, type ObjectStore, Patience, type Success, UsageError } from "@pomona/core";
import { PatientStore } from "@pomona/store";
import { type OutputRequest, prepareOutput } from "../prepare-output.ts";

export interface SubmitOptions extends OutputRequest {
  /** Gets a POST when the run has ended. */
  readonly notify?: string | undefined;
}

/** Somebody waits for the answer: a hiccup is bridged, and what is wrong shows soon. */
const giveUpAfterMs = 5_000;

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
  const config = { ...options.config, features: absolute(options.config.features, options.cwd) };
  const notify = options.notify === undefined ? undefined : checkNotify(options.notify);
  const { options: request, images } = await prepareOutput(
    { ...options, config },
    { patient: (store) => new PatientStore(store, new Patience({ giveUpAfterMs })) },
  );
  try {
    const opened = await openOutput({ ...request, drives: false, notify });
    const { out } = request;
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
    model: place(features.model),
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
