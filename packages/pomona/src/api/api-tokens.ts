import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "@pomona/core";

/** Shorter ones can be guessed. */
const minLength = 16;

/** Who may use the API. Kept as hashes: neither a dump of this object nor the time of an answer tells a token. */
export class ApiTokens {
  readonly #hashes: readonly Buffer[];

  /** Throws {@link UsageError} `bad-token` without any token, or with a short one; it does not repeat it. */
  constructor(tokens: readonly string[]) {
    if (tokens.length === 0 || tokens.some((token) => token.length < minLength)) {
      throw new UsageError("bad-token", `the API needs tokens of at least ${minLength} characters`, {
        remedy: "Give --api-token-file with one a line, or POMONA_API_TOKENS; openssl rand -hex 32 makes one.",
      });
    }
    this.#hashes = tokens.map(hash);
  }

  /** Whether an `Authorization` header holds one of them. Compares with all, whatever comes first. */
  accept(authorization: string | undefined): boolean {
    const given = hash(/^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? "");
    return this.#hashes.reduce((found, known) => timingSafeEqual(known, given) || found, false);
  }
}

/** From a file with one token a line, else from the environment, where commas separate them. */
export async function loadApiTokens(options: {
  readonly file: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}): Promise<ApiTokens> {
  const { file, env, cwd } = options;
  const text = file === undefined ? (env.POMONA_API_TOKENS ?? "") : await readTokens(resolve(cwd, file));
  const tokens = text.split(file === undefined ? "," : "\n").map((token) => token.trim());
  return new ApiTokens(tokens.filter(Boolean));
}

async function readTokens(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError("bad-token", `--api-token-file ${path}: ${(error as Error).message}`);
  }
}

function hash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
