import type { Surroundings } from "../surroundings.ts";

/** Prints a value: with `--json` as that, else as its text. */
export type Print = (value: unknown, text: string) => void;

export function printer(
  { json = false }: { readonly json?: boolean },
  { stdout }: Pick<Surroundings, "stdout">,
): Print {
  return (value, text) => void stdout.write(json ? `${JSON.stringify(value)}\n` : text);
}
