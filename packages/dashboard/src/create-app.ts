import { readFile } from "node:fs/promises";
import fastifyStatic from "@fastify/static";
import { PomonaError } from "@pomona/core";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { guard } from "./access.ts";
import { actionRoutes } from "./action-routes.ts";
import { apiRoutes } from "./api-routes.ts";
import type { Board } from "./board.ts";
import { serveBullBoard } from "./bull-board.ts";
import type { DashboardOptions } from "./dashboard-options.ts";
import { errorPage } from "./error-page.ts";
import { Html, html } from "./html.ts";
import { LiveFeed } from "./live-feed.ts";
import { liveRoutes } from "./live-routes.ts";
import { loginRoutes } from "./login-routes.ts";
import { pageRoutes } from "./page-routes.ts";
import { renderPage } from "./page-shell.ts";
import { ProxyIdentity } from "./proxy-identity.ts";
import { PublicPlace } from "./public-place.ts";
import { redisBanner } from "./redis-banner.ts";
import { Refusal } from "./refusal.ts";
import type { RouteTools } from "./route-tools.ts";
import { cspHash, secureHeaders } from "./security-headers.ts";
import { Sessions } from "./sessions.ts";
import { statusOf } from "./status-of.ts";

const assets = new URL("../assets/", import.meta.url);
/** A form of a dozen fields, or a thousand job ids of Bull Board. */
const bodyLimit = 128 * 1024;

/** The dashboard's server, not listening yet. */
export async function createApp(options: DashboardOptions, board: Board): Promise<FastifyInstance> {
  const { readOnly, onFault } = options;
  const place = new PublicPlace(options);
  const sessions = new Sessions();
  const style = await readFile(new URL("dashboard.css", assets), "utf8");
  const app = fastify({ bodyLimit, rewriteUrl: ({ url = "/" }) => place.strip(url), forceCloseConnections: true });
  const proxyIdentity = options.proxyIdentity && new ProxyIdentity(options.proxyIdentity);
  const feed = new LiveFeed();

  const contextOf: RouteTools["contextOf"] = ({ viewer }) => {
    if (viewer === undefined) throw new Refusal(401, "Log in first.");
    return { viewer, link: (path) => place.link(path), readOnly };
  };
  const tools: RouteTools = {
    board,
    contextOf,
    options,
    async sendPage(page, request, reply) {
      const banner = redisBanner(await board.pool.state(), board.pool.isConfigured);
      return reply.type("text/html; charset=utf-8").send(renderPage(page, contextOf(request), banner).toString());
    },
  };

  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) => {
    done(null, new URLSearchParams(String(body)));
  });
  secureHeaders(app, cspHash(style));
  guard(app, { sessions, proxyIdentity, place, readOnly });
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) =>
    sendError(error, request, reply, tools, onFault),
  );
  app.setNotFoundHandler((request, reply) =>
    sendError(new Refusal(404, "There is nothing at this address."), request, reply, tools, onFault),
  );
  app.addHook("onClose", async () => feed.close());

  await app.register(fastifyStatic, { root: assets, prefix: "/assets/", cacheControl: false, decorateReply: false });
  loginRoutes(app, { ...options, sessions, place, style: new Html(style) });
  pageRoutes(app, tools);
  actionRoutes(app, tools);
  liveRoutes(app, { ...tools, feed });
  apiRoutes(app, tools);
  await serveBullBoard(app, { pool: board.pool, contextOf });
  return app;
}

async function sendError(
  error: Error & { readonly statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
  { contextOf, sendPage }: RouteTools,
  onFault: DashboardOptions["onFault"],
): Promise<FastifyReply> {
  const status = statusOf(error);
  if (status === 500) onFault(error);
  const message = status === 500 ? "The dashboard failed; its log says why." : error.message;
  const remedy = error instanceof PomonaError ? error.remedy : undefined;
  reply.status(status);
  const wantsPage = (request.headers.accept ?? "").includes("text/html");
  if (!wantsPage) return reply.send({ error: { message, ...(remedy !== undefined && { remedy }) } });
  if (request.viewer === undefined) {
    const bare = html`<!doctype html><html lang="en"><title>Pomona</title><p>${message}</p></html>`;
    return reply.type("text/html; charset=utf-8").send(bare.toString());
  }
  return sendPage(errorPage({ status, message, remedy }, contextOf(request)), request, reply);
}
