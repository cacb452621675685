import { exitCodes, resolveConfig } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { openPlace } from "../places.ts";
import type { Surroundings } from "../surroundings.ts";

/** `pomona validate <out>`: exit code 0 when every check holds. */
export async function validateCommand(
  out: string,
  { json = false }: { readonly json?: boolean },
  { cwd, env, stdout }: Surroundings,
): Promise<number> {
  const { formatValidation, validateOutput } = await import("@pomona/report");
  const s3 = s3OptionsOf(resolveConfig({ env }).machine);
  const validation = await validateOutput(await openPlace(out, cwd, "input", { s3 }));
  stdout.write(json ? `${JSON.stringify(validation)}\n` : formatValidation(validation));
  return validation.ok ? exitCodes.done : exitCodes.failed;
}
