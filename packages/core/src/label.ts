import { UsageError } from "./errors.ts";
import { displayKey } from "./key.ts";

/** Names the class of an image from its key; undefined where the rule does not match. */
export type LabelRule = (key: string) => string | undefined;

/** The parent folder's name; for an image directly in the input, the input's own last path segment. */
export function parentFolder(input: string): LabelRule {
  const root = input.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return (key) => key.split("/").at(-2) ?? root;
}

/** The named group `label` of a regular expression that is searched in the key. */
export function labelFromPattern(pattern: string): LabelRule {
  const expression = compile(pattern);
  return (key) => expression.exec(key)?.groups?.label;
}

export function noLabel(key: string, pattern: string): UsageError {
  return new UsageError("no-label", `${displayKey(key)} does not match --label-from ${pattern}`, {
    remedy: "Change the expression so that it matches every image, or narrow --glob.",
  });
}

function compile(pattern: string): RegExp {
  if (!/\(\?<label>/.test(pattern)) {
    throw new UsageError("bad-option", `--label-from ${pattern} has no group (?<label>…)`, {
      remedy: "For example: --label-from '^(?<label>[^_/]+)_[^/]*/'.",
    });
  }
  try {
    return new RegExp(pattern, "u");
  } catch (error) {
    throw new UsageError("bad-option", `--label-from: ${error instanceof Error ? error.message : error}`);
  }
}
