import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { exitCodes } from "@pomona/core";
import { startDashboard } from "@pomona/dashboard";
import { s3OptionsOf } from "@pomona/store";
import { patientOpener } from "../client/open-patient.ts";
import { configOf } from "../commands/config-of.ts";
import { describeError } from "../describe-error.ts";
import { createLog } from "../log.ts";
import { serveHealth } from "../roles/health-server.ts";
import { Liveness } from "../roles/liveness.ts";
import { roleDefaults } from "../roles/role-defaults.ts";
import { RoleMetrics } from "../roles/role-metrics.ts";
import { wholeNumber } from "../roles/role-settings.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { withClosers } from "../with-closers.ts";
import { dashboardDefaults } from "./dashboard-defaults.ts";
import { admissionOf, type DashboardFlags, localName } from "./dashboard-flags.ts";
import { addDashboardMetrics } from "./dashboard-metrics.ts";
import { dashboardOperations } from "./dashboard-operations.ts";

/** For metrics, when nobody looks at a page: often enough for an alert. */
const surveyEveryMs = 15_000;

/** `pomona dashboard`: the operators' pages, until the first signal. */
export function dashboardRole(flags: DashboardFlags, surroundings: Surroundings): Promise<number> {
  return withClosers(async (onClose) => {
    const { env, cwd, signal, stderr } = surroundings;
    const { machine } = await configOf({ logLevel: "info", ...flags }, surroundings);
    const { host = dashboardDefaults.host } = flags;
    const log = createLog(machine.logLevel);
    const s3 = s3OptionsOf(machine);
    const admission = await admissionOf(flags, surroundings, () => randomBytes(12).toString("base64url"));
    const { operations, allowed } = await dashboardOperations(flags.allow ?? [], machine, cwd);
    const home = flags.home || env.POMONA_HOME || undefined;
    const dashboard = await startDashboard({
      host,
      port: wholeNumber("--port", flags.port ?? dashboardDefaults.port, 65_535),
      publicUrl: flags.publicUrl,
      users: admission.users,
      proxyIdentity: admission.proxyIdentity,
      readOnly: flags.readOnly ?? false,
      redis: machine.redis,
      // Without a pool there is nobody else to say it.
      home:
        home ??
        (machine.redis === undefined
          ? userFolders(env, surroundings.homeFolder, surroundings.platform).home
          : undefined),
      openStore: patientOpener(cwd, { s3 }),
      operations,
      allowed,
      onNotice: (notice) => log.warn({}, notice),
      onFault: (error) => log.error({ ...describeError(error) }, "a page failed"),
    });
    onClose(() => dashboard.close());
    onClose(await serveDashboardHealth(flags, dashboard));
    const survey = setInterval(() => void look(), surveyEveryMs);
    onClose(() => clearInterval(survey));
    async function look(): Promise<void> {
      try {
        await dashboard.board.pool.state();
        const { facts } = await dashboard.board.home();
        await facts.runs({ search: "", state: "", page: 1 });
      } catch (error) {
        // Pages say it too, to who opens one.
        log.debug(describeError(error), "the runs could not be looked at");
      }
    }
    await look();
    log.info({ url: dashboard.url, home: dashboard.board.openedHome?.shelf.home }, "dashboard started");
    if (admission.password !== undefined) {
      stderr.write(
        `\nOpen ${dashboard.url} and log in as ${localName} with ${admission.password} (until it stops).\n\n`,
      );
    }
    if (!signal.aborted) await once(signal, "abort");
    log.info({}, "dashboard stops");
    return exitCodes.done;
  });
}

async function serveDashboardHealth(
  { healthHost = roleDefaults.healthHost, healthPort = roleDefaults.healthPort }: DashboardFlags,
  dashboard: Awaited<ReturnType<typeof startDashboard>>,
): Promise<() => Promise<void>> {
  const port = wholeNumber("--health-port", healthPort, 65_535);
  if (port === 0) return async () => {};
  const metrics = new RoleMetrics({ role: "dashboard", liveness: new Liveness() });
  addDashboardMetrics(metrics, dashboard);
  const { registry } = metrics;
  return serveHealth({
    host: healthHost,
    port,
    pages: {
      "/healthz": () => ({ status: 200, body: "alive\n" }),
      // History is readable without Redis, so that is no reason not to be ready.
      "/readyz": () => ({ status: 200, body: "ready\n" }),
      "/metrics": async () => ({ status: 200, body: await registry.metrics(), type: registry.contentType }),
    },
  });
}
