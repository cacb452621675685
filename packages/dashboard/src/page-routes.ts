import { Readable } from "node:stream";
import { stringify } from "csv-stringify/sync";
import type { FastifyInstance } from "fastify";
import { poolPage } from "./pool-page.ts";
import { quarantinePage, rowsPerPage } from "./quarantine-page.ts";
import type { QuarantineFilter } from "./quarantine-row.ts";
import { Refusal } from "./refusal.ts";
import type { RouteTools } from "./route-tools.ts";
import { runPage } from "./run-page.ts";
import { type RunsQuery, runsPage } from "./runs-page.ts";

export type Query = Readonly<Record<string, string | string[] | undefined>>;

const budgetMs = 400;

/** Everything that is read by people. */
export function pageRoutes(app: FastifyInstance, { board, contextOf, sendPage }: RouteTools): void {
  app.get<{ Querystring: Query }>("/", async (request, reply) => {
    const { facts } = await board.home();
    return sendPage(runsPage(await facts.runs(runsQuery(request.query)), contextOf(request)), request, reply);
  });

  app.get<{ Params: { run: string } }>("/runs/:run", async (request, reply) => {
    const { shelf, facts } = await board.home();
    const view = await shelf.find(request.params.run);
    return sendPage(runPage(await facts.run(view), contextOf(request)), request, reply);
  });

  app.get<{ Params: { run: string }; Querystring: Query }>("/runs/:run/quarantine", async (request, reply) => {
    const { shelf } = await board.home();
    const view = await shelf.find(request.params.run);
    const filter = quarantineFilter(request.query);
    const page = pageNumber(request.query.page);
    const range = { from: (page - 1) * rowsPerPage, count: rowsPerPage };
    const quarantine = await shelf.inForeground(() => board.quarantine.page(view, filter, range, budgetMs));
    const signatureOf = (path: string): string => board.thumbnails.sign(view.run, path);
    const facts = { summary: await view.summary(), quarantine, filter, page, signatureOf };
    return sendPage(quarantinePage(facts, contextOf(request)), request, reply);
  });

  app.get<{ Params: { run: string }; Querystring: Query }>("/runs/:run/quarantine.csv", async (request, reply) => {
    const { shelf } = await board.home();
    const view = await shelf.find(request.params.run);
    const lines = csvOf(board.quarantine.rows(view, quarantineFilter(request.query)));
    reply.header("content-disposition", `attachment; filename="quarantine-${view.run}.csv"`);
    return reply.type("text/csv; charset=utf-8").send(Readable.from(lines));
  });

  app.get<{ Params: { run: string }; Querystring: Query }>("/runs/:run/thumbnail", async (request, reply) => {
    const { shelf } = await board.home();
    const view = await shelf.find(request.params.run);
    const [path, signature] = [text(request.query.path), text(request.query.sig)];
    if (!board.thumbnails.isSigned(view.run, path, signature)) throw new Refusal(403, "No page of ours has this link.");
    const picture = await board.thumbnails.picture(view, path);
    reply.header("cache-control", "private, max-age=30");
    if (picture === undefined) return reply.type("image/svg+xml").send(nothingToSee);
    return reply.type("image/jpeg").send(Buffer.from(picture));
  });

  app.get("/pool", async (request, reply) => {
    const { facts } = await board.home();
    return sendPage(poolPage(await facts.pool()), request, reply);
  });
}

/** Drawn where nothing of an image can be. */
const nothingToSee = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="0 0 160 160"><rect width="160" height="160" fill="#808080" fill-opacity="0.2"/><path d="M44 116l28-36 18 22 12-14 20 28zM56 60a9 9 0 1 0 0-.1z" fill="#808080" fill-opacity="0.6"/><path d="M30 30l100 100" stroke="#888" stroke-width="6"/></svg>`;

export function runsQuery(query: Query): RunsQuery {
  return { search: text(query.q).slice(0, 200), state: text(query.state), page: pageNumber(query.page) };
}

function quarantineFilter(query: Query): QuarantineFilter {
  return { reason: text(query.reason) || undefined, label: text(query.label) || undefined };
}

function pageNumber(value: Query[string]): number {
  const page = Number(text(value) || 1);
  return Number.isInteger(page) && page >= 1 && page <= 1e6 ? page : 1;
}

function text(value: Query[string]): string {
  return typeof value === "string" ? value : "";
}

async function* csvOf(rows: AsyncIterable<object>): AsyncGenerator<string> {
  const columns = ["path", "label", "stage", "reason", "detail"];
  yield stringify([columns]);
  // Spreadsheets run a cell that begins like a formula; names of files may be anything.
  for await (const row of rows) yield stringify([row], { columns, escape_formulas: true });
}
