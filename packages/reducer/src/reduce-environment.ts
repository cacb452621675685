/**
 * What a reduce process must know before it starts, on top of `environment`. Its jobs hold arrays of many megabytes one
 * after the other. glibc would keep them, once freed, as soon as it has seen some, and in an arena for each thread: so
 * each comes from the system and goes back there.
 */
export function reduceEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { ...environment, MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: String(2 ** 20) };
}
