import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PomonaError, UsageError } from "@pomona/core";
import { parseLocation } from "@pomona/store";

/** The folders and S3 prefixes that requests may name. */
export class AllowedPlaces {
  readonly #prefixes: readonly string[];

  private constructor(prefixes: readonly string[]) {
    this.#prefixes = prefixes;
  }

  /** `places` as on a command line. Throws {@link UsageError} where there is none: the API would be of no use. */
  static async of(places: readonly string[], cwd: string): Promise<AllowedPlaces> {
    if (places.length === 0) {
      throw new UsageError("bad-option", "the API needs --api-allow: folders or prefixes that requests may name", {
        remedy: "Give --api-allow s3://bucket/prefix, more than once for more.",
      });
    }
    return new AllowedPlaces(await Promise.all(places.map((place) => realUri(parseLocation(place, cwd)))));
  }

  /**
   * Throws {@link PomonaError} `not-allowed` unless a place is one of the allowed ones or lies in one: also for one
   * that only seems to, by `..` or by a symbolic link.
   */
  async require(text: string, what: string): Promise<void> {
    // Relative to the working folder of the coordinator: nobody means that.
    const isAbsolute = /^(?:\/|file:\/\/\/|s3:\/\/)/i.test(text);
    const isPlain = !text.split("/").some((part) => part === ".." || part === ".");
    const uri = isAbsolute && isPlain && !text.includes("\0") ? await realUri(parseLocation(text, "/")) : undefined;
    if (uri !== undefined && this.#prefixes.some((prefix) => uri.startsWith(prefix))) return;
    throw new PomonaError("not-allowed", `${what} is not in a place that this API may use`, {
      remedy: `Allowed are ${this.#prefixes.join(", ")}; --api-allow of the coordinator adds others.`,
    });
  }
}

/** With a final `/`, so that `s3://bucket/a` does not allow `s3://bucket/ab`; links of folders resolved. */
async function realUri({ scheme, path, uri }: ReturnType<typeof parseLocation>): Promise<string> {
  if (scheme !== "file") return uri;
  const real = await realOf(path);
  return `file://${real === "/" ? "" : real}/`;
}

/** What is not there yet has no links in it. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === "/") throw error;
    return join(await realOf(dirname(path)), path.slice(dirname(path).length).replace(/^\//, ""));
  }
}
