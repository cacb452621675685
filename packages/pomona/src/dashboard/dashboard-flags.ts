import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "@pomona/core";
import { type DashboardOptions, hashPassword, isLoopback, parseUsers, Users } from "@pomona/dashboard";
import type { RoleFlags } from "../roles/role-settings.ts";
import type { Surroundings } from "../surroundings.ts";
import { dashboardDefaults } from "./dashboard-defaults.ts";

export interface DashboardFlags extends RoleFlags {
  readonly host?: string;
  readonly port?: string;
  readonly publicUrl?: string;
  readonly usersFile?: string;
  readonly authHeader?: string;
  readonly authGroupsHeader?: string;
  readonly operatorGroup?: string;
  readonly trustedProxies?: readonly string[];
  readonly readOnly?: boolean;
  readonly allow?: readonly string[];
}

/** Who is let in. */
export interface Admission {
  readonly users: Users;
  readonly proxyIdentity: DashboardOptions["proxyIdentity"];
  /** Made for this start, where nobody was named and only this machine can come. */
  readonly password: string | undefined;
}

/** The name that the password of a start goes with. */
export const localName = "operator";

/** From a users file, the environment, the headers of a proxy, or, on this machine alone, a password for this start. */
export async function admissionOf(
  flags: DashboardFlags,
  { env, cwd }: Surroundings,
  makePassword: () => string,
): Promise<Admission> {
  const { authHeader, authGroupsHeader, operatorGroup, trustedProxies = [], host = dashboardDefaults.host } = flags;
  if (authHeader !== undefined) {
    const proxyIdentity = { userHeader: authHeader, groupsHeader: authGroupsHeader, operatorGroup, trustedProxies };
    return { users: new Users([]), proxyIdentity, password: undefined };
  }
  const users = await readUsers(flags.usersFile, env.POMONA_DASHBOARD_USERS, cwd);
  if (users.size > 0 || !isLoopback(host)) return { users, proxyIdentity: undefined, password: undefined };
  const password = makePassword();
  const local = { name: localName, role: "operator", hash: await hashPassword(password) } as const;
  return { users: new Users([local]), proxyIdentity: undefined, password };
}

async function readUsers(file: string | undefined, variable: string | undefined, cwd: string): Promise<Users> {
  if (file === undefined) return parseUsers(variable ?? "", "POMONA_DASHBOARD_USERS");
  const path = resolve(cwd, file);
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new UsageError("bad-users", `--users-file ${path}: ${error.message}`);
  });
  return parseUsers(text, path);
}
