import type { FastifyInstance, FastifyReply } from "fastify";
import { sessionCookieName } from "./access.ts";
import { clearedCookie, readCookie, sessionCookie } from "./cookie.ts";
import { formatDuration } from "./format.ts";
import type { Html } from "./html.ts";
import { LoginLimit } from "./login-limit.ts";
import { loginPage } from "./login-page.ts";
import type { PublicPlace } from "./public-place.ts";
import type { Sessions } from "./sessions.ts";
import type { Users } from "./users.ts";

export interface LoginOptions {
  readonly users: Users;
  readonly proxyIdentity: object | undefined;
  readonly sessions: Sessions;
  readonly place: PublicPlace;
  readonly style: Html;
}

/** Passwords are hashed one after another: each takes 32 MiB for a moment. */
const maxWaiting = 20;

/** `/login` and `/logout`. Where a proxy says who is there, nobody logs in here. */
export function loginRoutes(app: FastifyInstance, options: LoginOptions): void {
  const { users, proxyIdentity, sessions, place, style } = options;
  const limit = new LoginLimit();
  const cookies = { path: place.base === "" ? "/" : place.base, secure: place.isSecure };
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const send = (reply: FastifyReply, status: number, next: string, name: string, problem?: string): FastifyReply => {
    const page = loginPage({ link: (path) => place.link(path), style, next, name, problem });
    return reply.status(status).type("text/html; charset=utf-8").send(page.toString());
  };

  app.get<{ Querystring: { next?: string } }>("/login", { config: { open: true } }, async (request, reply) => {
    if (request.viewer !== undefined) return reply.redirect(place.link("/"), 303);
    if (proxyIdentity !== undefined) return reply.status(401).send("Log in at the proxy before this dashboard.\n");
    return send(reply, 200, safeNext(request.query.next), "");
  });

  app.post("/login", { config: { open: true } }, async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const [name, password] = [form.get("name")?.trim() ?? "", form.get("password") ?? ""];
    const next = safeNext(form.get("next") ?? undefined);
    if (proxyIdentity !== undefined) return reply.status(401).send("Log in at the proxy before this dashboard.\n");
    const waitMs = Math.max(limit.waitMs(request.ip, name), waiting >= maxWaiting ? 2000 : 0);
    if (waitMs > 0) {
      reply.header("retry-after", String(Math.ceil(waitMs / 1000)));
      return send(
        reply,
        429,
        next,
        name,
        `Too many tries. The next one is possible in ${formatDuration(Math.ceil(waitMs / 1000))}.`,
      );
    }
    waiting += 1;
    const checking = queue.then(() => users.authenticate(name, password.slice(0, 1024)));
    queue = checking.catch(() => {});
    const user = await checking.finally(() => {
      waiting -= 1;
    });
    if (user === undefined) {
      limit.failed(request.ip, name);
      return send(reply, 401, next, name, "Name or password is wrong.");
    }
    limit.succeeded(request.ip, name);
    // An id that somebody else may have set is never taken over.
    sessions.end(readCookie(request.headers.cookie, sessionCookieName));
    reply.header("set-cookie", sessionCookie(sessionCookieName, sessions.begin(user), cookies));
    return reply.redirect(place.link(next), 303);
  });

  app.post("/logout", { config: { personal: true } }, async (request, reply) => {
    sessions.end(readCookie(request.headers.cookie, sessionCookieName));
    reply.header("set-cookie", clearedCookie(sessionCookieName, cookies));
    return reply.redirect(place.link("/login"), 303);
  });
}

/** A path of ours, never another site. */
function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[^\\\s]*$/.test(next) && !next.startsWith("/log") ? next : "/";
}
