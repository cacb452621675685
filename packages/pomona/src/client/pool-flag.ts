/**
 * How a command that we suggest names the same pool: nothing where the environment does, the address where it holds no
 * password, else a gap to fill in.
 */
export function poolFlag(redis: string, env: Readonly<Record<string, string | undefined>>): string {
  if (env.POMONA_REDIS === redis) return "";
  const isOpen = URL.canParse(redis) && new URL(redis).password === "";
  return ` --redis ${isOpen ? redis : "…"}`;
}
