import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Fragments, LiveFeed } from "./live-feed.ts";
import { type Query, runsQuery } from "./page-routes.ts";
import { poolFragments } from "./pool-page.ts";
import { redisBanner } from "./redis-banner.ts";
import type { RouteTools } from "./route-tools.ts";
import { runFragments } from "./run-page.ts";
import { runsFragments } from "./runs-page.ts";

/** Events that keep the pages up to date. */
export function liveRoutes(
  app: FastifyInstance,
  { board, contextOf, feed }: RouteTools & { readonly feed: LiveFeed },
): void {
  const follow = (request: FastifyRequest, reply: FastifyReply, render: () => Promise<Fragments>): void => {
    const { viewer } = contextOf(request);
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };
    reply.hijack();
    reply.raw.writeHead(200, { ...headers, "x-content-type-options": "nosniff" });
    const withBanner = async (): Promise<Fragments> => ({
      ...(await render()),
      banner: redisBanner(await board.pool.state(), board.pool.isConfigured),
    });
    feed.subscribe(reply.raw, withBanner, viewer.signal);
  };

  app.get<{ Querystring: Query }>("/events/runs", async (request, reply) => {
    const { facts } = await board.home();
    const query = runsQuery(request.query);
    follow(request, reply, async () => runsFragments(await facts.runs(query), contextOf(request)));
  });

  app.get<{ Params: { run: string } }>("/events/runs/:run", async (request, reply) => {
    const { shelf, facts } = await board.home();
    const view = await shelf.find(request.params.run);
    follow(request, reply, async () => runFragments(await facts.run(view), contextOf(request)));
  });

  app.get("/events/pool", async (request, reply) => {
    const { facts } = await board.home();
    follow(request, reply, async () => poolFragments(await facts.pool()));
  });
}
