/// <reference path="./proxy-from-env.d.ts" />
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { ReadRequest } from "@pomona/core";
import { getProxyForUrl } from "proxy-from-env";
import { isReadableKey } from "./s3-key.ts";
import { objectAt, type S3Place } from "./s3-place.ts";
import { S3Signer, type SigningScope, scopeOf } from "./s3-signer.ts";

/** What is the same in the requests for all objects of a place. */
interface Pattern extends Pick<ReadRequest, "protocol" | "hostname" | "port" | "headers"> {
  /** Percent-encoded; the key comes after it. */
  readonly start: string;
  /** `?` and the query, or empty. */
  readonly query: string;
  readonly scope: SigningScope;
}

/** A request of the SDK, as its handler would get it. */
interface SdkRequest extends Omit<ReadRequest, "protocol"> {
  readonly protocol: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
}

/**
 * The requests that the SDK would send for the objects of a place, but with a tenth of its work: it is asked for one of
 * them, and the others differ in key and time only. Where that one cannot be signed here to the letter as the SDK did
 * (S3 Express, signatures over several regions), or goes through a proxy, there are none.
 */
export class ReadRequests {
  readonly #place: Pick<S3Place, "client" | "bucket" | "prefix" | "options">;
  #learning: Promise<Pattern | undefined> | undefined;
  #signer: S3Signer | undefined;

  constructor(place: Pick<S3Place, "client" | "bucket" | "prefix" | "options">) {
    this.#place = place;
  }

  /** Rejects where there are no credentials. */
  async of(key: string): Promise<ReadRequest | undefined> {
    if (!isReadableKey(key)) return undefined;
    this.#learning ??= this.#learn();
    const pattern = await this.#learning.catch((error: unknown) => {
      // It may be better next time.
      this.#learning = undefined;
      throw error;
    });
    if (pattern === undefined) return undefined;
    const { config } = this.#place.client;
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    const date = new Date(Date.now() + config.systemClockOffset).toISOString().replaceAll(/[:-]|\.\d+/g, "");
    const { start, query, scope, headers, protocol, hostname, port } = pattern;
    // Another kind of credentials signs other headers.
    if ((sessionToken !== undefined) !== scope.signedHeaders.includes("x-amz-security-token")) {
      this.#learning = undefined;
      return undefined;
    }
    const day = date.slice(0, 8);
    const keys = { accessKeyId, secretAccessKey };
    if (!this.#signer?.fits(keys, day)) this.#signer = new S3Signer(keys, { ...scope, day });
    const path = `${start}${encodePath(key)}${query}`;
    const dated = {
      ...headers,
      "x-amz-date": date,
      ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
    };
    const authorization = this.#signer.authorize({ path, headers: dated });
    return { protocol, hostname, port, path, headers: { ...dated, authorization } };
  }

  async #learn(): Promise<Pattern | undefined> {
    const { prefix } = this.#place;
    const request = await this.#ask("key");
    const { hostname, port, headers, path, query = {} } = request;
    const { protocol } = request;
    const scope = scopeOf(headers.authorization);
    const end = encodePath(`${prefix}key`);
    if (scope === undefined || (protocol !== "http:" && protocol !== "https:") || !path.endsWith(end)) return undefined;
    const texts = Object.entries(query).map(([name, value]) =>
      typeof value === "string" ? `${encodeStrictly(name)}=${encodeStrictly(value)}` : undefined,
    );
    if (texts.includes(undefined)) return undefined;
    const queryText = texts.length === 0 ? "" : `?${texts.sort().join("&")}`;
    if (getProxyForUrl(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}/`) !== "") return undefined;
    const signer = new S3Signer(await this.#place.client.config.credentials(), scope);
    if (signer.authorize({ path: path + queryText, headers }) !== headers.authorization) return undefined;
    const start = path.slice(0, -"key".length);
    // As Node wants an IPv6 address.
    const host = hostname.replaceAll(/[[\]]/g, "");
    return { protocol, hostname: host, port, headers, start, query: queryText, scope };
  }

  /** The request that the SDK would send now. */
  async #ask(key: string): Promise<SdkRequest> {
    let asked: SdkRequest | undefined;
    const command = new GetObjectCommand(objectAt({ ...this.#place, uri: "" }, key));
    command.middlewareStack.add(
      () => async (args) => {
        asked = args.request as SdkRequest;
        return { response: undefined, output: { $metadata: {} } };
      },
      // After all that signs; nothing is sent.
      { step: "finalizeRequest", priority: "low", name: "pomonaReadRequest", override: true },
    );
    await this.#place.client.send(command);
    if (asked === undefined) throw new Error("the SDK made no request");
    return asked;
  }
}

function encodePath(key: string): string {
  return key.split("/").map(encodeStrictly).join("/");
}

/** RFC 3986: all but letters, digits, `-`, `.`, `_` and `~`. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
