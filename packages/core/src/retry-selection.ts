/** Which quarantined images are meant: those that match all that is given; without anything, all of them. */
export interface RetrySelection {
  readonly keys?: readonly string[] | undefined;
  readonly reasons?: readonly string[] | undefined;
}

export function retryFilter({
  keys,
  reasons,
}: RetrySelection): (image: { readonly key: string; readonly reason: string }) => boolean {
  const wanted = keys && new Set(keys);
  return ({ key, reason }) => (wanted?.has(key) ?? true) && (reasons?.includes(reason) ?? true);
}
