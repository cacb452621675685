import { z } from "zod";
import { UsageError } from "./errors.ts";
import { checkNetworkOptions } from "./network-options.ts";
import { type Config, type ConfigSource, featureOptions, machineOptions, modelOptions } from "./options.ts";

/** Prefix of every environment variable that is an option. */
const prefix = "POMONA_";

/** Variables of the same prefix that are settings of the process, not options of a run. */
const otherVariables = new Set([
  "POMONA_HOME",
  "POMONA_CACHE",
  "POMONA_CONFIG",
  "POMONA_API_TOKENS",
  "POMONA_DASHBOARD_USERS",
]);

/** What Kubernetes sets in every pod for a service whose name begins with `pomona`. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)/;

const everyOption = z.strictObject({ ...featureOptions.shape, ...modelOptions.shape, ...machineOptions.shape });

/**
 * One decided configuration from three sources, the first that has a value wins: flags, environment, file, defaults.
 * Pure: the environment is an argument. Throws {@link UsageError} naming every wrong value and where it came from.
 */
export function resolveConfig(sources: {
  readonly flags?: ConfigSource;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigSource;
}): Config {
  const { flags = {}, env = {}, file = {} } = sources;
  const layers = [
    { values: flags, nameOf: flagOf },
    { values: fromEnvironment(env), nameOf: variableOf },
    { values: file, nameOf: (option: string) => `"${option}" in the configuration file` },
  ];
  const chosen: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  for (const { values, nameOf } of layers) {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
    const settlesSize = given.filter(([option]) => option === "components" || option === "variance");
    if (settlesSize.length === 2) {
      throw new UsageError("bad-option", `${nameOf("components")} and ${nameOf("variance")} exclude each other`, {
        remedy: "Give the number of components or the share of variance, not both.",
      });
    }
    for (const [option, value] of given) {
      const sizeIsSettled = "components" in chosen || "variance" in chosen;
      if (Object.hasOwn(chosen, option) || (settlesSize.some(([name]) => name === option) && sizeIsSettled)) continue;
      chosen[option] = value;
      origin[option] = nameOf(option);
    }
  }
  const result = everyOption.safeParse(chosen);
  if (!result.success)
    throw new UsageError("bad-option", describe(result.error, origin), { remedy: "See pomona run --help." });
  const features = pick(featureOptions, result.data);
  checkNetworkOptions(features, (option) => origin[option] ?? flagOf(option));
  return {
    features,
    model: withSize(pick(modelOptions, result.data)),
    machine: pick(machineOptions, result.data),
  };
}

/** `batchSize` → `--batch-size`. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `batchSize` → `POMONA_BATCH_SIZE`. */
export function variableOf(option: string): string {
  return prefix + option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): ConfigSource {
  const known = new Map(Object.keys(everyOption.shape).map((option) => [variableOf(option), option]));
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || otherVariables.has(name) || serviceLink.test(name)) continue;
    const option = known.get(name);
    if (option === undefined) {
      throw new UsageError("bad-option", `environment variable ${name} is no option of Pomona`, {
        remedy: `Unset it, or use one of ${[...known.keys()].join(", ")}.`,
      });
    }
    values[option] = value;
  }
  return values;
}

function withSize(model: Config["model"]): Config["model"] {
  return model.components === undefined && model.variance === undefined ? { ...model, components: 2 } : model;
}

function pick<T extends z.ZodObject>(schema: T, values: Record<string, unknown>): z.output<T> {
  return Object.fromEntries(Object.keys(schema.shape).map((key) => [key, values[key]])) as z.output<T>;
}

function describe(error: z.ZodError, origin: Readonly<Record<string, string>>): string {
  return error.issues
    .map((issue) => {
      if (issue.code === "unrecognized_keys")
        return `unknown option ${issue.keys.map((key) => origin[key]).join(", ")}`;
      return `${origin[String(issue.path[0])]}: ${issue.message}`;
    })
    .join("; ");
}
