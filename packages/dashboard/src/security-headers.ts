import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";

/** A hash as a content security policy names it. */
export function cspHash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/**
 * Nothing but our own files is loaded or run, nothing frames us, nothing is kept by caches between us and the browser. One
 * stylesheet may stand in the page itself: the login page's, for nobody gets a file without having logged in.
 */
export function secureHeaders(app: FastifyInstance, inlineStyleHash: string): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${inlineStyleHash}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  app.addHook("onSend", async (_, reply) => {
    reply.headers({
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
}
