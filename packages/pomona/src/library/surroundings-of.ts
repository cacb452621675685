import { homedir, platform, userInfo } from "node:os";
import { userFolders } from "../user-folders.ts";

/** Where a call of the library finds things that its caller did not name. The environment is not read. */
export interface PlaceOptions {
  /** What relative paths are relative to. @defaultValue the working folder of the process */
  readonly cwd?: string | undefined;
  /** Where runs are registered. @defaultValue the user's data folder */
  readonly home?: string | undefined;
  /** Where weights are looked up and downloaded to. @defaultValue the user's cache folder */
  readonly cacheDir?: string | undefined;
}

export interface DecidedPlaces {
  readonly cwd: string;
  readonly home: string;
  readonly cacheDir: string;
  readonly submittedBy: string;
}

export function placesOf({ cwd = process.cwd(), home, cacheDir }: PlaceOptions): DecidedPlaces {
  const folders = userFolders({}, homedir(), platform());
  return { cwd, home: home ?? folders.home, cacheDir: cacheDir ?? folders.cache, submittedBy: userInfo().username };
}
