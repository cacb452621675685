import { setTimeout as sleep } from "node:timers/promises";
import type { Success } from "@pomona/core";
import type { Log } from "../log.ts";

/** What is told of a run's end. */
export interface RunNotice {
  readonly run: string;
  readonly outcome: "done" | "failed" | "cancelled";
  readonly out: string;
  readonly books?: Success["books"];
  readonly error?: { readonly code: string; readonly message: string; readonly remedy?: string };
}

const tries = 3;
const timeoutMs = 5000;

/** Tells a web address how a run ended: a POST of JSON, tried three times. Answers whether it was taken; never throws. */
export async function notify(
  url: string,
  notice: RunNotice,
  log: Log,
  { pauseMs = 2000 }: { readonly pauseMs?: number } = {},
): Promise<boolean> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const trouble = await post(url, notice);
    if (trouble === undefined) return true;
    // Of the address only its host: the rest may be a secret.
    log.warn({ run: notice.run, attempt, host: hostOf(url) }, `the end of the run could not be told: ${trouble}`);
    if (attempt < tries) await sleep(pauseMs * attempt);
  }
  return false;
}

async function post(url: string, notice: RunNotice): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(notice),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP status ${response.status}`;
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError"
      ? `no answer in ${timeoutMs / 1000} s`
      : "no connection";
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "(not an address)";
}
