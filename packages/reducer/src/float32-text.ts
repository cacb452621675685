/**
 * The shortest decimal that is read back as the same float32 ("0.1", not "0.10000000149011612"). Six significant digits
 * survive a float32 at least (a subnormal one may have a shorter form yet), nine tell any two apart.
 */
export function float32Text(value: number): string {
  if (value === 0) return "0";
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}
