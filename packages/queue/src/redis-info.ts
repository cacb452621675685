/** The fields of Redis' answer to `INFO`. */
export function readInfo(text: string): Map<string, string> {
  const fields = text.split(/\r?\n/).map((line) => line.split(":", 2) as [string, string]);
  return new Map(fields.filter(([, value]) => value !== undefined));
}
