import { z } from "zod";
import { UsageError } from "./errors.ts";
import { parseJson } from "./parse-json.ts";

const names = z.array(z.string().min(1)).min(1).optional();

const retryRequest = z.strictObject({ paths: names, reasons: names });

/**
 * Which images of a finished run are to be tried again: `paths` as `quarantine.csv` shows them, or relative to the input;
 * `reasons` of the quarantine. Both given, both must match; without either, all quarantined images.
 */
export type RetryRequest = z.output<typeof retryRequest>;

/** An empty body asks for all. Throws {@link UsageError} `bad-request` naming what is wrong with it. */
export function decodeRetryRequest(body: Uint8Array): RetryRequest {
  const result = retryRequest.safeParse(body.length === 0 ? {} : parseJson(body));
  if (result.success) return result.data;
  throw new UsageError("bad-request", `the body is no request for a retry: ${z.prettifyError(result.error)}`, {
    remedy: 'Send nothing for all quarantined images, or JSON such as {"reasons": ["truncated"]}.',
  });
}
