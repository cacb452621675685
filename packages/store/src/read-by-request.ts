import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import type { ObjectEntry, ReadRequest } from "@pomona/core";
import { fitsChecksum } from "./body-checksum.ts";
import { isSameVersion, versionOf } from "./same-version.ts";

/** What must be known of an object for another process to read it. */
export interface LentObject extends Omit<ObjectEntry, "key"> {
  readonly request: ReadRequest;
}

/** Storage that is silent for longer is in trouble, and trouble is for the store, which knows how long to wait. */
const silenceMs = 5000;
/** So is storage that is slow: a process that says nothing for a minute is taken for one that hangs. */
const wholeMs = 20_000;
/** Connections to one host. */
const maxSockets = 32;

/**
 * The bytes of the very object that was listed, by a request that a store has lent; undefined where it is another, is gone,
 * damaged, or could not be read at once. The caller then reads it through its store, which finds out why.
 *
 * Of this package it needs but a few lines: processes that decode have a small heap, and no SDK.
 */
export async function readByRequest(object: LentObject, limits: ReadLimits = {}): Promise<Uint8Array | undefined> {
  try {
    const answer = await getWhole(object, limits, await transportOf(object.request.protocol));
    return answer && (await fitsChecksum(answer.bytes, answer.headers)) ? answer.bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds. */
export interface ReadLimits {
  /** Without a byte. */
  readonly silenceMs?: number;
  /** From the request to the last byte. */
  readonly wholeMs?: number;
}

interface Answer {
  readonly bytes: Uint8Array;
  readonly headers: IncomingMessage["headers"];
}

interface Transport {
  readonly send: typeof httpRequest;
  readonly agent: HttpAgent;
}

function getWhole(object: LentObject, limits: ReadLimits, { send, agent }: Transport): Promise<Answer | undefined> {
  const { hostname, port, path, headers } = object.request;
  const ifMatch = object.etag !== undefined && { "if-match": `"${object.etag}"` };
  return new Promise((settle) => {
    const giveUp = (): void => {
      sent.destroy();
      resolve(undefined);
    };
    const timer = setTimeout(giveUp, limits.wholeMs ?? wholeMs);
    const resolve = (answer: Answer | undefined): void => {
      clearTimeout(timer);
      settle(answer);
    };
    const timeout = limits.silenceMs ?? silenceMs;
    const sent = send({ hostname, port, path, headers: { ...headers, ...ifMatch }, agent, timeout }, (answer) => {
      if (answer.statusCode !== 200) {
        // A few words, after which the connection is of use again.
        answer.resume();
        resolve(undefined);
        return;
      }
      if (!isExpected(answer, object)) {
        giveUp();
        return;
      }
      const bytes = Buffer.allocUnsafeSlow(object.size);
      let done = 0;
      answer.on("data", (chunk: Buffer) => {
        if (done + chunk.length > bytes.length) giveUp();
        else done += chunk.copy(bytes, done);
      });
      answer.on("end", () => resolve(done === bytes.length ? { bytes, headers: answer.headers } : undefined));
      answer.on("error", giveUp);
    });
    sent.on("timeout", giveUp);
    sent.on("error", giveUp);
    sent.end();
  });
}

function isExpected({ headers }: IncomingMessage, expected: LentObject): boolean {
  if (Number(headers["content-length"]) !== expected.size) return false;
  const LastModified = headers["last-modified"] === undefined ? undefined : new Date(headers["last-modified"]);
  return isSameVersion(versionOf(expected.size, { LastModified, ETag: headers.etag }), expected);
}

const transports = new Map<ReadRequest["protocol"], Promise<Transport>>();

/** Connections are kept for the requests to come. TLS is loaded where it is wanted. */
function transportOf(protocol: ReadRequest["protocol"]): Promise<Transport> {
  const known = transports.get(protocol) ?? makeTransport(protocol);
  transports.set(protocol, known);
  return known;
}

async function makeTransport(protocol: ReadRequest["protocol"]): Promise<Transport> {
  const agent = { keepAlive: true, maxSockets };
  if (protocol === "http:") return { send: httpRequest, agent: new HttpAgent(agent) };
  const { Agent, request } = await import("node:https");
  return { send: request, agent: new Agent(agent) };
}
