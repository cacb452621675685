import { deniedS3 } from "./denied-s3.ts";
import { emptyRedis } from "./empty-redis.ts";
import { evictingRedis } from "./evicting-redis.ts";
import type { Fault } from "./fault.ts";
import { freezeWorker } from "./freeze-worker.ts";
import { fullRedis } from "./full-redis.ts";
import { hostileImages } from "./hostile-images.ts";
import { killCoordinator } from "./kill-coordinator.ts";
import { killReducer } from "./kill-reducer.ts";
import { killWorker } from "./kill-worker.ts";
import { loseRedis } from "./lose-redis.ts";
import { stopWorker } from "./stop-worker.ts";
import { stormyS3 } from "./stormy-s3.ts";
import { twoCoordinators } from "./two-coordinators.ts";
import { undisturbed } from "./undisturbed.ts";

/** The matrix. */
export const allFaults: readonly Fault[] = [
  undisturbed,
  killWorker,
  freezeWorker,
  stopWorker,
  loseRedis,
  emptyRedis,
  fullRedis,
  evictingRedis,
  stormyS3,
  deniedS3,
  killCoordinator,
  twoCoordinators,
  killReducer,
  hostileImages,
];
