import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readCookie } from "./cookie.ts";
import type { ProxyIdentity } from "./proxy-identity.ts";
import type { PublicPlace } from "./public-place.ts";
import { Refusal } from "./refusal.ts";
import type { Sessions } from "./sessions.ts";
import type { Viewer } from "./viewer.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined on the login page alone. */
    viewer: Viewer | undefined;
  }
  interface FastifyContextConfig {
    /** Answered without knowing who asks. */
    readonly open?: boolean;
    /** A POST that changes nothing but who is logged in: also for viewers, also where nothing may be changed. */
    readonly personal?: boolean;
  }
}

export const sessionCookieName = "pomona_session";
/** Sent as a header by pages that have no forms, and under its usual name by Bull Board's client. */
const csrfHeaders = ["x-csrf-token", "x-xsrf-token"] as const;

export interface AccessOptions {
  readonly sessions: Sessions;
  readonly proxyIdentity: ProxyIdentity | undefined;
  readonly place: PublicPlace;
  readonly readOnly: boolean;
}

/**
 * Asks before every route, in this order: is the host ours (421), who is it (401, or the login page), may anything be
 * changed here (405), does the request come from our own page (403), may this person (403). Routes need not ask again,
 * so none can forget to.
 */
export function guard(app: FastifyInstance, options: AccessOptions): void {
  const { place, readOnly } = options;
  app.decorateRequest("viewer", undefined);
  app.addHook("onRequest", async (request, reply) => {
    if (!place.isOurs(request.headers.host)) throw new Refusal(421, "This host name is not served here.");
    request.viewer = findViewer(request, options);
    const { open = false, personal = false } = request.routeOptions.config;
    if (request.viewer === undefined && !open) return sendToLogin(request, reply, place);
    if (isRead(request.method) || personal || open) return;
    if (readOnly) throw new Refusal(405, "This dashboard is read-only.");
  });
  // The token may stand in the body, which is not there before.
  app.addHook("preHandler", async (request) => {
    if (isRead(request.method)) return;
    if (!place.isOwnPage(request.headers)) throw new Refusal(403, "The request comes from another site.");
    const { open = false, personal = false } = request.routeOptions.config;
    if (open) return;
    const { viewer } = request;
    if (viewer === undefined || !holdsToken(request, viewer)) {
      throw new Refusal(403, "The page is too old, or the request was not made by it. Load it again.");
    }
    if (!personal && viewer.role !== "operator") throw new Refusal(403, "Only operators may do this.");
  });
}

/** Kept for the life of the process: tokens of people who come through a proxy are made of it. */
const secret = randomBytes(32);

function findViewer(request: FastifyRequest, { sessions, proxyIdentity }: AccessOptions): Viewer | undefined {
  if (proxyIdentity !== undefined) {
    const found = proxyIdentity.find(request.socket.remoteAddress, request.headers);
    if (found === undefined) return undefined;
    const csrf = createHmac("sha256", secret).update(found.name).digest("base64url");
    return { ...found, csrf, canLogOut: false, signal: undefined };
  }
  const session = sessions.find(readCookie(request.headers.cookie, sessionCookieName));
  return session && { ...session, canLogOut: true };
}

async function sendToLogin(request: FastifyRequest, reply: FastifyReply, place: PublicPlace): Promise<FastifyReply> {
  const wantsPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
  if (!wantsPage) throw new Refusal(401, "Log in first.");
  return reply.redirect(place.link(`/login?next=${encodeURIComponent(request.url)}`), 303);
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function holdsToken({ headers, body }: FastifyRequest, { csrf }: Viewer): boolean {
  const inForm = body instanceof URLSearchParams ? (body.get("csrf") ?? undefined) : undefined;
  const given = inForm ?? csrfHeaders.map((name) => headers[name]).find((value) => typeof value === "string");
  if (typeof given !== "string") return false;
  const [a, b] = [Buffer.from(given), Buffer.from(csrf)];
  return a.length === b.length && timingSafeEqual(a, b);
}
