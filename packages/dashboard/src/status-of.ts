import { exitCodes, PomonaError } from "@pomona/core";

/** Statuses that tell more than that the request was wrong. */
const statuses: Readonly<Record<string, number>> = {
  "not-allowed": 403,
  "unknown-run": 404,
  "run-ended": 409,
  "run-publishing": 409,
  "run-replaced": 409,
  "output-in-use": 409,
  "home-unknown": 503,
  "storage-unavailable": 503,
  "redis-unreachable": 503,
};

/** The status of an answer that is an error: 500 for faults of ours, and for those alone. */
export function statusOf(error: Error & { readonly statusCode?: number }): number {
  if (error instanceof PomonaError) {
    return statuses[error.code] ?? (error.exitCode === exitCodes.usage ? 400 : 422);
  }
  return error.statusCode ?? 500;
}
