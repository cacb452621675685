import { checkInput, type InputChanges } from "@pomona/coordinator";
import { type Config, displayKey, RunLog, UsageError } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { openImages, openPlace } from "./places.ts";

/** What `--check-input` finds: the input now against what the run in `out` listed. */
export async function findChanges(options: {
  readonly input: string;
  readonly out: string;
  readonly config: Config;
  readonly cwd: string;
}): Promise<InputChanges> {
  const { config, cwd } = options;
  const s3 = s3OptionsOf(config.machine);
  const input = await openPlace(options.input, cwd, "input", { s3 });
  const out = await openPlace(options.out, cwd, "output", { s3 });
  const { run, published } = await new RunLog(out).read();
  if (run === undefined) {
    throw new UsageError("no-run", `${out.uri} holds no run to compare with`, {
      remedy: "Run without --check-input first.",
    });
  }
  const { source } = await openImages({ input, out, features: config.features, cwd, s3 });
  return checkInput({ out, run, source, generation: Math.max(1, published) });
}

export function describeChanges(changes: InputChanges): string {
  const lines = (["new", "changed", "gone"] as const).flatMap((kind) => {
    const { count, examples } = changes[kind];
    const more = count > examples.length ? [`  … and ${count - examples.length} more`] : [];
    return [`${kind}: ${count}`, ...examples.map((key) => `  ${displayKey(key)}`), ...more];
  });
  return `${lines.join("\n")}\n`;
}
