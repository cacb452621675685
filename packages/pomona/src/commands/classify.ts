import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { exitCodes, UsageError } from "@pomona/core";
import { type ClassifierName, classifierNames, isClassifier } from "@pomona/model";
import { s3OptionsOf } from "@pomona/store";
import { Accuracy } from "../accuracy.ts";
import { type ClassifiedImage, classify } from "../classify.ts";
import { explainHtml } from "../explain-html.ts";
import { loadConfigFile } from "../load-config-file.ts";
import { type LoadedModel, loadModel } from "../loaded-model.ts";
import { configFlags } from "../option-flags.ts";
import type { Surroundings } from "../surroundings.ts";
import { thumbnail } from "../thumbnail.ts";
import { userFolders } from "../user-folders.ts";
import { withClosers } from "../with-closers.ts";

export interface ModelFlags extends Readonly<Record<string, unknown>> {
  readonly model?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly workers?: string;
}

export interface ClassifyFlags extends ModelFlags {
  readonly classifier?: string;
  readonly explain?: string;
  readonly evaluate?: boolean;
}

/** Few images do not pay for the start of many processes. */
const imagesPerProcess = 16;

/** `pomona classify <images…> --model <out>`. Exit code 3 where an image could not be read. */
export async function classifyCommand(
  images: readonly string[],
  flags: ClassifyFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { cwd, stdout, stderr, signal } = surroundings;
  const { json = false, evaluate = false } = flags;
  const classifier = classifierOf(flags.classifier);
  return withModel(images, flags, surroundings, async (model) => {
    const used = classifier ?? model.bundle.comparison.best;
    const accuracy = new Accuracy();
    const explained: ClassifiedImage[] = [];
    let unreadable = 0;
    let separator = "[";
    for await (const image of classify(images, { model, cwd, classifier, truth: evaluate, signal })) {
      stdout.write(json ? separator + JSON.stringify(image) : describe(image));
      separator = ",";
      accuracy.add(image);
      unreadable += Number(image.error !== undefined);
      if (flags.explain !== undefined) explained.push(image);
    }
    if (json) stdout.write(`${separator === "[" ? "[" : ""}]\n`);
    // What a script reads stays one array.
    if (evaluate) (json ? stderr : stdout).write(`${accuracy.lines(used).join("\n")}\n`);
    if (flags.explain !== undefined) await explain(explained, resolve(cwd, flags.explain), model);
    if (unreadable > 0) stderr.write(`${unreadable} of the images could not be read\n`);
    return unreadable > 0 ? exitCodes.books : exitCodes.done;
  });
}

async function explain(
  images: readonly ClassifiedImage[],
  file: string,
  { bundle, config }: LoadedModel,
): Promise<void> {
  const s3 = s3OptionsOf(config.machine);
  await writeFile(file, await explainHtml(images, { model: bundle.place, pictureOf: (path) => thumbnail(path, s3) }));
}

function describe({ path, label, confidence, truth, error }: ClassifiedImage): string {
  if (label === null) return `${path}  not readable: ${error?.reason} (${error?.detail})\n`;
  const told = truth === undefined || truth === label ? "" : `  (its path says ${truth})`;
  return `${path}  ${label}  ${(100 * confidence).toFixed(1)} %${told}\n`;
}

function classifierOf(name: string | undefined): ClassifierName | undefined {
  if (name === undefined || isClassifier(name)) return name;
  throw new UsageError("bad-option", `--classifier ${name}: expected one of ${classifierNames.join(", ")}`);
}

/** Loads the model that the flags name, lets `work` use it, and ends its processes. */
export async function withModel<T>(
  images: readonly string[],
  flags: ModelFlags,
  { cwd, env, homeFolder, platform, stderr }: Surroundings,
  work: (model: LoadedModel) => Promise<T>,
): Promise<T> {
  if (flags.model === undefined) {
    throw new UsageError("bad-option", "--model <out> is missing", { remedy: "Give the --out of a finished run." });
  }
  const file = await loadConfigFile(flags.config ?? env.POMONA_CONFIG, cwd);
  const { cache } = userFolders(env, homeFolder, platform);
  const named = flags.workers === undefined ? undefined : Number(flags.workers);
  const isFew = images.length <= imagesPerProcess && images.every((name) => /\.[a-z]{3,4}$/i.test(name));
  const model = await loadModel(flags.model, {
    cwd,
    cacheDir: cache,
    // Here `--model` names a result, not a network.
    sources: { flags: configFlags({ ...flags, model: undefined }), env, file },
    environment: env,
    workers: named ?? (isFew ? 1 : undefined),
    onNotice: (message) => stderr.write(`${message}\n`),
  });
  return withClosers(async (onClose) => {
    onClose(model.close);
    return work(model);
  });
}
