/** 10⁰ to 10¹⁴, all exact. */
const powersOfTen = Array.from({ length: 15 }, (_, i) => 10 ** i);

/** Significant digits that every float32 survives, and that tell any two apart. */
const fewestDigits = 6;
const mostDigits = 9;

/**
 * The shortest decimal that is read back as the same float32: "0.1", not "0.10000000149011612". (A subnormal one may
 * have a shorter form yet.)
 */
export function float32Text(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  return size >= 1e-5 && size < 1e6 ? byScaling(value, size) : byRounding(value);
}

/** A decimal of few digits is a whole number over a power of ten; both are exact here, so their quotient prints as it. */
function byScaling(value: number, size: number): string {
  const exponent = Math.floor(Math.log10(size));
  for (let digits = fewestDigits; digits < mostDigits; digits++) {
    const scale = powersOfTen[digits - 1 - exponent] ?? 1;
    const shorter = Math.round(value * scale) / scale;
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(mostDigits)));
}

function byRounding(value: number): string {
  for (let digits = fewestDigits; digits < mostDigits; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(mostDigits)));
}
