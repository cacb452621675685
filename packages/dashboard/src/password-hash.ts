import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** Cost of new hashes: 2^15 · 8 · 128 = 32 MiB and a twentieth of a second or so. */
const cost = { log2N: 15, r: 8, p: 1 } as const;
const keyBytes = 32;
const saltBytes = 16;
/** Of a stored hash: a users file must not be able to take all memory. */
const maxLog2N = 20;

/** `scrypt.15.8.1.<salt>.<key>`, base64url: without `$`, which shells and Compose would expand. */
const pattern = /^scrypt\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})\.([\w-]{16,})\.([\w-]{16,})$/;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const { log2N, r, p } = cost;
  const key = await derive(password, salt, keyBytes, { N: 2 ** log2N, r, p });
  return ["scrypt", log2N, r, p, salt.toString("base64url"), key.toString("base64url")].join(".");
}

export function isPasswordHash(text: string): boolean {
  const [, log2N] = pattern.exec(text) ?? [];
  return log2N !== undefined && Number(log2N) >= 10 && Number(log2N) <= maxLog2N;
}

/** False also for a hash that is none. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, log2N, r, p, salt, key] = pattern.exec(hash) ?? [];
  if (salt === undefined || key === undefined || !isPasswordHash(hash)) return false;
  const known = Buffer.from(key, "base64url");
  const options = { N: 2 ** Number(log2N), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, "base64url"), known.length, options);
  return timingSafeEqual(known, given);
}

function derive(password: string, salt: Buffer, bytes: number, options: ScryptOptions): Promise<Buffer> {
  const { N = 1, r = 1 } = options;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, bytes, { ...options, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
