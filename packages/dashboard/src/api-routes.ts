import type { FastifyInstance } from "fastify";
import { type Query, runsQuery } from "./page-routes.ts";
import type { RouteTools } from "./route-tools.ts";

/** The same as the pages, as JSON. */
export function apiRoutes(app: FastifyInstance, { board }: RouteTools): void {
  app.get<{ Querystring: Query }>("/api/runs", async (request) => {
    const { facts } = await board.home();
    const { rows, total, pages, query } = await facts.runs(runsQuery(request.query));
    return { total, pages, page: query.page, runs: rows.map(({ run, summary, error }) => summary ?? { run, error }) };
  });

  app.get<{ Params: { run: string } }>("/api/runs/:run", async (request) => {
    const { shelf, facts } = await board.home();
    const { pool, hasPool, rate, ...run } = await facts.run(await shelf.find(request.params.run));
    return { ...run, imagesPerSecond: rate };
  });

  app.get("/api/pool", async () => {
    const { facts } = await board.home();
    const { pool, home } = await facts.pool();
    return { home, ...pool, progress: Object.fromEntries(pool.progress) };
  });
}
