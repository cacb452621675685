import type { NetworkSource } from "@pomona/vision";
import type { EngineTime } from "./engine-time.ts";
import type { FailedMessage, InferenceInfo, StartMessage } from "./inference-messages.ts";
import type { PoolImage } from "./pool-image.ts";
import type { GroupLimits } from "./process-group.ts";

/** How the processes of a pool share the work. */
export interface PoolLayout {
  /** Of the processes that live now. */
  readonly processIds: readonly number[];
  /** Hands out what the queue holds. */
  feed(): void;
  /** Ends the processes at once. Returns the images that they had. */
  close(): readonly PoolImage[];
  ended(): Promise<void>;
}

export interface LayoutOptions extends GroupLimits {
  /** Images in the order in which they came; layouts take them from the front. */
  readonly queue: PoolImage[];
  /** What a process is to load. */
  readonly engine: Omit<StartMessage, "kind" | "network">;
  /** Processes start while it is pending. */
  readonly network: Promise<NetworkSource>;
  /** Entry of a process that infers. */
  readonly childFile: URL;
  /** An engine is loaded. */
  readonly onReady: (info: InferenceInfo) => void;
  readonly onInferred: (time: EngineTime) => void;
  /** A process says that it cannot do its work here. */
  readonly onFailed: (message: FailedMessage) => void;
  /** Processes cannot do their work here. */
  readonly onFailure: (error: unknown) => void;
}
