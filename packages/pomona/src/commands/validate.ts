import { exitCodes } from "@pomona/core";
import { openPlace } from "../places.ts";
import type { Surroundings } from "../surroundings.ts";

/** `pomona validate <out>`: exit code 0 when every check holds. */
export async function validateCommand(
  out: string,
  { json = false }: { readonly json?: boolean },
  { cwd, stdout }: Surroundings,
): Promise<number> {
  const { formatValidation, validateOutput } = await import("@pomona/report");
  const validation = await validateOutput(await openPlace(out, cwd, "input"));
  stdout.write(json ? `${JSON.stringify(validation)}\n` : formatValidation(validation));
  return validation.ok ? exitCodes.done : exitCodes.failed;
}
