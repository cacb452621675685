/** Often enough that a decoder at full speed is not far above the limit when it is met. */
const everyMs = 15;

/**
 * Kills this process as soon as it holds more memory than this: a limit for decoders, whose memory is not on the heap that
 * V8 limits. Decoding runs on other threads, so that this one is free to look.
 */
export function limitMemory(bytes: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > bytes) process.kill(process.pid, "SIGKILL");
  }, everyMs);
}
