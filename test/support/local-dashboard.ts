import type { ObjectStore } from "@pomona/core";
import { type Dashboard, hashPassword, parseUsers, startDashboard } from "@pomona/dashboard";
import { type DashboardClient, logInTo } from "./dashboard-client.ts";

const password = "correct horse battery";
const hash = hashPassword(password);

/** A dashboard in this process, without Redis, and somebody who is logged in. */
export interface LocalDashboard extends DashboardClient {
  close(): Promise<void>;
}

/** Over a home and the inputs and outputs of its runs by their addresses. */
export async function startLocalDashboard(
  home: ObjectStore,
  places: ReadonlyMap<string, ObjectStore>,
): Promise<LocalDashboard> {
  const dashboard: Dashboard = await startDashboard({
    host: "127.0.0.1",
    port: 0,
    publicUrl: undefined,
    users: parseUsers(`alice:operator:${await hash}`, "a test"),
    proxyIdentity: undefined,
    readOnly: false,
    redis: undefined,
    home: home.uri,
    async openStore(uri, what) {
      const place = what === "home" ? home : places.get(uri);
      if (place === undefined) throw new Error(`nobody put anything at ${uri}`);
      return place;
    },
    operations: () => ({ operate: nobodyActs, retry: nobodyActs, submit: nobodyActs }),
    allowed: [],
    onNotice: () => {},
    onFault: (error) => {
      throw error;
    },
  });
  return { ...(await logInTo(dashboard.url, "alice", password)), close: () => dashboard.close() };
}

async function nobodyActs(): Promise<never> {
  throw new Error("nobody acts");
}
