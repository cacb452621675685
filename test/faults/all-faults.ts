import { deniedS3 } from "./denied-s3.ts";
import { emptyRedis } from "./empty-redis.ts";
import { evictingRedis } from "./evicting-redis.ts";
import type { Fault } from "./fault.ts";
import { fewCores } from "./few-cores.ts";
import { freezeWorker } from "./freeze-worker.ts";
import { fullDisk } from "./full-disk.ts";
import { fullRedis } from "./full-redis.ts";
import { hostileImages } from "./hostile-images.ts";
import { killCoordinator } from "./kill-coordinator.ts";
import { killReducer } from "./kill-reducer.ts";
import { killWorker } from "./kill-worker.ts";
import { killWorkersSteadily } from "./kill-workers-steadily.ts";
import { loseRedis } from "./lose-redis.ts";
import { overwrittenRun } from "./overwritten-run.ts";
import { stopWorker } from "./stop-worker.ts";
import { stormyS3 } from "./stormy-s3.ts";
import { straggler } from "./straggler.ts";
import { twoCoordinators } from "./two-coordinators.ts";
import { undisturbed } from "./undisturbed.ts";
import { versionSkew } from "./version-skew.ts";

/** The matrix. */
export const allFaults: readonly Fault[] = [
  undisturbed,
  killWorker,
  killWorkersSteadily,
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
  fewCores,
  straggler,
  fullDisk,
  versionSkew,
  overwrittenRun,
];
