const everyMs = 500;

/** Notes when this process itself, and with it all that it measures, stood still: a laptop that slept, a SIGSTOP. */
export function watchStandstill(): () => number {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - everyMs);
    last = now;
  }, everyMs);
  /** Ends the watch; returns the longest standstill in seconds. */
  return () => {
    clearInterval(timer);
    return Math.max(longest, performance.now() - last - everyMs) / 1000;
  };
}
