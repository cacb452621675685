export type { Board } from "./board.ts";
export type { DashboardOptions, OperationsOf } from "./dashboard-options.ts";
export type { Operations, PlainOperation } from "./operations.ts";
export { hashPassword } from "./password-hash.ts";
export type { PoolState } from "./pool-link.ts";
export type { ProxyIdentityOptions } from "./proxy-identity.ts";
export { isLoopback } from "./public-place.ts";
export { type Dashboard, startDashboard } from "./start-dashboard.ts";
export { parseUsers, type Role, roles, type User, Users } from "./users.ts";
