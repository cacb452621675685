import type { Check, Validation } from "./validation.ts";

/** The validation as lines for a terminal: what the table looks like, then every check. */
export function formatValidation(validation: Validation): string {
  const { out, run, ok, checks, columns, head, pcaShape, explainedVariance, untrained } = validation;
  const wrong = checks.filter((check) => !check.ok).length;
  const verdict = ok
    ? `valid: all ${checks.length} checks passed`
    : `NOT valid: ${wrong} of ${checks.length} checks failed`;
  return [
    `${out} (run ${run})`,
    ...(untrained ? ["UNTRAINED WEIGHTS: a random network, the numbers describe nothing"] : []),
    "",
    "columns",
    ...columns.map(({ name, type }) => `  ${name.padEnd(16)} ${type}`),
    "",
    `head(${head.length})`,
    ...head.flatMap(({ path, label, features, scaledFeatures, pcaFeatures }) => [
      `  ${path}  ${label}`,
      `    features ${vector(features)}  scaledFeatures ${vector(scaledFeatures)}  pcaFeatures ${vector(pcaFeatures, pcaShape[0])}`,
    ]),
    "",
    `shape of the first pcaFeatures: (${pcaShape.join(", ")}${pcaShape.length === 1 ? "," : ""})`,
    `explained variance ratio: [${explainedVariance.map((share) => share.toPrecision(8)).join(", ")}]`,
    "",
    ...formatChecks(checks),
    "",
    verdict,
    "",
  ].join("\n");
}

function formatChecks(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, ok, detail }) => `  ${ok ? "ok  " : "FAIL"}  ${name.padEnd(width)}  ${detail}`);
}

/** Numbers of equal width, so that rows line up. */
function vector(values: readonly number[], length?: number): string {
  const rest = values.length === length ? "" : " …";
  return `[${values.map((value) => value.toFixed(4).padStart(8)).join(" ")}${rest}]`;
}
