import { type ConfigSource, featureOptions, flagOf, machineOptions, modelOptions } from "@pomona/core";
import { type Command, Option } from "commander";

interface OptionMeta {
  readonly value?: string;
  readonly description?: string;
}

/** What each tier means for a run that exists already, as headings of `--help`. */
const tiers = [
  { heading: "What is a feature (fixed for a run):", schema: featureOptions },
  { heading: "What is made of the features (--refit changes them):", schema: modelOptions },
  { heading: "How it is done (may change any time):", schema: machineOptions },
] as const;

/** Names of all options of a run. */
const names = tiers.flatMap(({ schema }) => Object.keys(schema.shape));

/** What a command that only looks at runs needs: where they are. */
const placeNames: ReadonlySet<string> = new Set(names.filter((name) => name === "redis" || name.startsWith("s3")));

/** Adds a flag for every option of a run, from the same schema that checks it. No default is set here. */
export function addConfigFlags(command: Command): Command {
  return addFlags(command, new Set(names));
}

/** Adds `--redis` and the flags of S3 alone. */
export function addPlaceFlags(command: Command): Command {
  return addFlags(command, placeNames, "Where runs are:");
}

/** Adds the flags of some options alone, under one heading; `defaults` are those of this command where it has others. */
export function addFlagsOf(
  command: Command,
  chosen: readonly string[],
  heading: string,
  defaults: Readonly<Record<string, string>> = {},
): Command {
  return addFlags(command, new Set(chosen), heading, defaults);
}

function addFlags(
  command: Command,
  chosen: ReadonlySet<string>,
  onlyHeading?: string,
  defaults: Readonly<Record<string, string>> = {},
): Command {
  for (const { heading: tier, schema } of tiers) {
    const heading = onlyHeading ?? tier;
    for (const [name, option] of Object.entries(schema.shape)) {
      if (!chosen.has(name)) continue;
      const { value, description = "" } = (option.meta() ?? {}) as OptionMeta;
      const flag = `${flagOf(name)}${value === undefined ? "" : ` <${value}>`}`;
      command.addOption(
        new Option(flag, description + (ownDefault(defaults[name]) ?? defaultOf(option))).helpGroup(heading),
      );
    }
  }
  return command;
}

/** The options among a command's flags, as `resolveConfig` takes them. */
export function configFlags(flags: Readonly<Record<string, unknown>>): ConfigSource {
  return Object.fromEntries(names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));
}

function ownDefault(value: string | undefined): string | undefined {
  return value && ` (default ${value})`;
}

function defaultOf(option: { safeParse(value: unknown): { data?: unknown } }): string {
  const { data } = option.safeParse(undefined);
  if (data === undefined || data === false || (Array.isArray(data) && data.length === 0)) return "";
  return ` (default ${data})`;
}
