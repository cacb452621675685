/** The longest folder that holds all paths, ending in `/`; empty where there is none. */
export function commonFolder(paths: readonly string[]): string {
  let prefix = paths[0] ?? "";
  for (const path of paths) while (!path.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix.slice(0, prefix.lastIndexOf("/") + 1);
}
