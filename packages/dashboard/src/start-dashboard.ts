import type { AddressInfo } from "node:net";
import { UsageError } from "@pomona/core";
import { Board } from "./board.ts";
import { createApp } from "./create-app.ts";
import type { DashboardOptions } from "./dashboard-options.ts";

export interface Dashboard {
  /** Where it listens, as `http://host:port`. */
  readonly url: string;
  /** What it knows of runs and pool, for metrics. */
  readonly board: Board;
  close(): Promise<void>;
}

/**
 * Serves the dashboard. Throws {@link UsageError} `no-users` where it would listen for other machines without knowing whom
 * to let in, and `dashboard-port` where it cannot listen.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host, port, users, proxyIdentity } = options;
  if (users.size === 0 && proxyIdentity === undefined) {
    throw new UsageError("no-users", `the dashboard would listen on ${host} without knowing whom to let in`, {
      remedy: "Give --users-file, POMONA_DASHBOARD_USERS or --auth-header; pomona dashboard user <name> makes a line.",
    });
  }
  const board = new Board(options);
  const app = await createApp(options, board);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await board.close();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError("dashboard-port", `port ${port} of ${host} ${code === "EADDRINUSE" ? "is in use" : message}`, {
      remedy: "Give another --port, or 0 for any.",
    });
  }
  const { port: listening } = app.server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`,
    board,
    async close() {
      await app.close();
      await board.close();
    },
  };
}
