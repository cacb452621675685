import { usableCores } from "@pomona/vision/thread-budget";

/** What the libraries of an inference process must know before it starts, on top of `environment`. */
export function inferenceEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  {
    workers,
    cores = usableCores(),
  }: {
    /** Processes that decode. */
    readonly workers: number;
    readonly cores?: number;
  },
): Record<string, string | undefined> {
  // Each process decodes as many files at a time as it has cores for. With more, decoders and engine push each other's
  // pixels out of the caches, which costs a twentieth of everything.
  const decodeThreads = Math.max(1, Math.ceil(cores / workers));
  // glibc would keep an arena per thread, and never give one back (decoding threads come and go).
  return { ...environment, UV_THREADPOOL_SIZE: String(decodeThreads), MALLOC_ARENA_MAX: "2" };
}
