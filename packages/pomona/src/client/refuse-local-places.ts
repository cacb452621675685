import { UsageError } from "@pomona/core";
import { parseLocation } from "@pomona/store";
import type { LiveRoles } from "./live-roles.ts";

/**
 * Refuses a folder that the pool cannot see: one of this machine, where no process of the pool runs on it and the home
 * is on S3. With a home in a folder, that folder is shared, so others may be too.
 */
export function refuseLocalPlaces(options: {
  readonly places: readonly string[];
  readonly home: string;
  readonly roles: LiveRoles;
  readonly host: string;
  readonly cwd: string;
}): void {
  const { places, home, roles, host, cwd } = options;
  const processes = [...roles.coordinators, ...roles.workers, ...roles.reducers];
  const isFolder = (place: string): boolean => parseLocation(place, cwd).scheme === "file";
  if (isFolder(home) || processes.length === 0 || processes.some((process) => process.host === host)) return;
  const folder = places.find(isFolder);
  if (folder === undefined) return;
  throw new UsageError("local-place", `${folder} is a folder of ${host}, where no process of this pool runs`, {
    remedy: "Give an address that the whole pool reaches, such as s3://bucket/prefix.",
  });
}
