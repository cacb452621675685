import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { BoardRoutes } from "./board-routes.ts";
import { mayAct, type PageContext } from "./page-context.ts";
import type { PoolLink } from "./pool-link.ts";
import { Refusal } from "./refusal.ts";

const queueNames = ["features", "reduce"] as const;

export interface BullBoardOptions {
  readonly pool: PoolLink;
  readonly contextOf: (request: { readonly viewer: PageContext["viewer"] | undefined }) => PageContext;
}

/** Its own files, by their hashed names. */
function uiFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("@bull-board/ui/package.json"));
}

/**
 * Bull Board at `/queues`: the jobs themselves, for whoever needs to see them. Two sets of queues, one of them read-only,
 * and each request gets the one that its viewer may use. Its page is filled in here, for its own loads a font from elsewhere.
 */
export async function serveBullBoard(app: FastifyInstance, { pool, contextOf }: BullBoardOptions): Promise<void> {
  const folder = uiFolder();
  const template = await readFile(join(folder, "dist", "index.ejs"), "utf8");
  await app.register(fastifyStatic, {
    root: join(folder, "dist", "static"),
    prefix: "/queues/static/",
    decorateReply: false,
    cacheControl: false,
    setHeaders: (response) => response.header("cache-control", "private, max-age=86400"),
  });
  let boards: { readonly reading: BoardRoutes; readonly acting: BoardRoutes } | undefined;
  const boardsNow = () => {
    const { queue } = pool;
    if (queue === undefined) throw new Refusal(503, "Redis does not answer, so there are no queues to show.");
    const board = (readOnlyMode: boolean): BoardRoutes => {
      const serverAdapter = new BoardRoutes();
      createBullBoard({
        queues: queueNames.map((name) => new BullMQAdapter(queue.bullmqView(name), { readOnlyMode })),
        serverAdapter,
        // CLIENT LIST for every tab and poll is what the pool's page does better.
        options: {
          uiBasePath: folder,
          uiConfig: { boardTitle: "Pomona queues", showWorkers: false, hideDocsLink: true },
        },
      });
      return serverAdapter;
    };
    boards ??= { reading: board(true), acting: board(false) };
    return boards;
  };

  app.route({
    method: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    url: "/queues/api/*",
    async handler(request, reply) {
      const { reading, acting } = boardsNow();
      const board = mayAct(contextOf(request)) ? acting : reading;
      const path = request.url.slice("/queues".length).split("?")[0] ?? "";
      const { status, body } = await board.answer(request.method, path, {
        query: request.query as Record<string, unknown>,
        body: request.body as Record<string, unknown>,
      });
      return reply.status(status).send(body);
    },
  });
  const entry = async (request: Parameters<typeof contextOf>[0]): Promise<string> => {
    const { reading } = boardsNow();
    return fill(template, reading.entry(contextOf(request).link("/queues")));
  };
  for (const url of ["/queues", "/queues/", "/queues/*"]) {
    app.get(url, async (request, reply) => {
      const context = contextOf(request);
      // Its client sends the value of this cookie back with everything that changes something.
      if (mayAct(context)) {
        reply.header("set-cookie", `XSRF-TOKEN=${context.viewer.csrf}; Path=${context.link("/queues")}; SameSite=Lax`);
      }
      return reply.type("text/html; charset=utf-8").send(await entry(request));
    });
  }
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replace(/<link href="https:[^>]*>/g, "")
    .replace(/<div id="root">[\s\S]*?<\/style>\s*<\/div>/, '<div id="root"></div>')
    .replace(/<%[-=]\s*(\w+)\s*%>/g, (_, name: string) => values[name] ?? "");
}
