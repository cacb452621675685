import { join } from "node:path";

export interface UserFolders {
  /** Where runs are registered by default. */
  readonly home: string;
  /** Where downloaded weights are kept. */
  readonly cache: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's folders by the XDG base directory specification, on macOS by Apple's; `POMONA_HOME` and `POMONA_CACHE` win. */
export function userFolders(env: Environment, homeFolder: string, platform: NodeJS.Platform): UserFolders {
  const mac = platform === "darwin";
  const data = mac
    ? join(homeFolder, "Library/Application Support")
    : env.XDG_DATA_HOME || join(homeFolder, ".local/share");
  const cache = mac ? join(homeFolder, "Library/Caches") : env.XDG_CACHE_HOME || join(homeFolder, ".cache");
  return {
    home: env.POMONA_HOME || join(data, "pomona"),
    cache: env.POMONA_CACHE || join(cache, "pomona"),
  };
}
