import { QueueAwayError } from "@pomona/core";
import { type BullmqQueue, connectQueue } from "@pomona/queue";
import { parseLocation } from "@pomona/store";
import { type UserFolders, userFolders } from "../user-folders.ts";

/** Where to look for runs, as flags and environment say it. */
export interface PoolAddress {
  /** `redis://…`; undefined where the store alone is asked. */
  readonly redis: string | undefined;
  /** `--home`, which wins; undefined where it was not given. */
  readonly homeFlag: string | undefined;
  /** Where runs are registered without a flag and without a pool. */
  readonly homeDefault: string;
}

export interface PoolConnection {
  /** Undefined where no Redis was named, or where it is away and the store is enough. */
  readonly queue: BullmqQueue | undefined;
  readonly home: string;
  close(): Promise<void>;
}

export function poolAddress(
  redis: string | undefined,
  homeFlag: string | undefined,
  from: {
    readonly env: Parameters<typeof userFolders>[0];
    readonly homeFolder: string;
    readonly platform: NodeJS.Platform;
  },
): PoolAddress {
  const folders: UserFolders = userFolders(from.env, from.homeFolder, from.platform);
  return { redis, homeFlag, homeDefault: folders.home };
}

/**
 * For commands that can do without Redis: the home is `--home`, or the pool's, or the default one. A Redis that is away
 * is told to `onNotice`; one that refuses us (a wrong password) is an error.
 */
export async function connectPool(
  { redis, homeFlag, homeDefault }: PoolAddress,
  onNotice: (notice: string) => void,
): Promise<PoolConnection> {
  const queue = redis === undefined ? undefined : await connectOrSay(redis, onNotice);
  const home = homeFlag ?? (await queue?.home()) ?? homeDefault;
  return { queue, home, close: async () => queue?.close() };
}

async function connectOrSay(redis: string, onNotice: (notice: string) => void): Promise<BullmqQueue | undefined> {
  try {
    return await connectQueue({ url: redis, role: "producer" });
  } catch (error) {
    if (!(error instanceof QueueAwayError)) throw error;
    onNotice(
      `${error.message}: only what the store says is shown, and a coordinator learns of changes a little later.`,
    );
    return undefined;
  }
}

/** Whether two texts name the same place. */
export function isSamePlace(a: string, b: string, cwd: string): boolean {
  return parseLocation(a, cwd).uri === parseLocation(b, cwd).uri;
}
