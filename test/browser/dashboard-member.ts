import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashPassword } from "@pomona/dashboard";
import type { Page } from "playwright-core";
import { freePort } from "../support/free-port.ts";
import { type Started, startPomona } from "../support/pomona.ts";
import { waitFor } from "../support/wait-for.ts";

export const password = "correct horse battery";

/** `pomona dashboard` in a process of its own, with `alice`, who may act, and `bob`, who may look. */
export interface DashboardMember extends Started {
  readonly url: string;
  /** Of health and metrics. */
  readonly healthUrl: string;
}

export async function startDashboardMember(
  scratch: string,
  { flags, env }: { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<DashboardMember> {
  const users = join(scratch, "users.txt");
  const hash = await hashPassword(password);
  await writeFile(users, `alice:operator:${hash}\nbob:viewer:${hash}\n`);
  const healthPort = await freePort();
  const common = ["--port", "0", "--health-port", String(healthPort), "--users-file", users];
  const started = startPomona(["dashboard", ...common, ...flags], { scratch, env });
  await waitFor("the dashboard to start", () => {
    if (started.child.exitCode !== null) throw new Error(`ended early:\n${started.said()}`);
    return started.said().includes("dashboard started");
  });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(started.said())?.[0];
  if (url === undefined) throw new Error(`it does not say where it listens:\n${started.said()}`);
  return { ...started, url, healthUrl: `http://127.0.0.1:${healthPort}` };
}

export async function logIn(page: Page, url: string, name = "alice"): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
}
