import type { FastifyReply, FastifyRequest } from "fastify";
import type { Board } from "./board.ts";
import type { DashboardOptions } from "./dashboard-options.ts";
import type { PageContext } from "./page-context.ts";
import type { Page } from "./page-shell.ts";

/** What routes are made of. */
export interface RouteTools {
  readonly board: Board;
  readonly contextOf: (request: Pick<FastifyRequest, "viewer">) => PageContext;
  readonly sendPage: (page: Page, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
  readonly options: DashboardOptions;
}
