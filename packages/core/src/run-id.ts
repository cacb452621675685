const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** `YYYYMMDD-HHMMSS-xxxxxx`: the moment in UTC and six characters of Crockford's base32 from `random` (6 bytes). */
export function makeRunId(now: Date, random: Uint8Array): string {
  const digits = now.toISOString().replace(/\D/g, "");
  const tail = Array.from(random.subarray(0, 6), (byte) => alphabet[byte % 32]).join("");
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${tail}`;
}

export function isRunId(text: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-hjkmnp-tv-z]{6}$/.test(text);
}
