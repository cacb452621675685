import type { Gpu } from "@pomona/vision";
import { type EngineRequest, engineCandidates } from "@pomona/vision/engine-choice";

export interface DecodersRequest extends EngineRequest {
  /** Processes that decode for one that infers; 0: each does both. Default: on a GPU as many as `workers`, else 0. */
  readonly decoders?: number | undefined;
  /** Processes of the pool. */
  readonly workers: number;
}

/**
 * How many processes are to decode for one that infers; 0 where each does both.
 *
 * @param gpus of this machine, for tests
 */
export function decodersFor({ decoders, workers, ...request }: DecodersRequest, gpus?: () => readonly Gpu[]): number {
  if (decoders !== undefined) return decoders;
  try {
    return engineCandidates(request, gpus).some(({ gpu }) => gpu !== undefined) ? workers : 0;
  } catch {
    // Whoever loads the engine will say what is wrong with the request.
    return 0;
  }
}
