import { flagOf, type RunFile, UsageError } from "@pomona/core";

/** The options in which two configurations differ, as `--components 2, now 5`; empty when they agree. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const show = (value: unknown): string => (value === undefined ? "not set" : JSON.stringify(value));
  return names
    .filter((name) => show(before[name]) !== show(now[name]))
    .map((name) => `${flagOf(name)} ${show(before[name])}, now ${show(now[name])}`);
}

/** Throws {@link UsageError} `features-differ` where a run was begun with another input or other feature options. */
export function refuseOtherFeatures(
  file: RunFile,
  { input, features, update }: Pick<RunFile, "input" | "features" | "update">,
  out: string,
): void {
  // Weights are compared by content, in the fingerprint: the same file may lie elsewhere now.
  const changed = differences({ ...file.features, weights: undefined }, { ...features, weights: undefined });
  if (file.update?.run !== update?.run) changed.unshift(`update of ${file.update?.from}, now of ${update?.from}`);
  if (file.input !== input) changed.unshift(`input ${file.input}, now ${input}`);
  if (changed.length === 0) return;
  throw new UsageError("features-differ", `${out} was made with other options: ${changed.join("; ")}`, {
    remedy: "Ask for the same to resume, choose another output, or start again with --overwrite.",
  });
}
