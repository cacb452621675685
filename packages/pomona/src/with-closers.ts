export type Closer = () => Promise<void> | void;

/**
 * Runs `work`, which registers a closer for each thing it opens, then closes them in reverse order, once, whatever
 * happened. The first error wins; a closer that fails after an error does not hide it.
 */
export async function withClosers<T>(work: (onClose: (closer: Closer) => void) => Promise<T>): Promise<T> {
  const closers: Closer[] = [];
  const [outcome] = await Promise.allSettled([work((closer) => closers.push(closer))]);
  let failure: unknown = outcome.status === "rejected" ? outcome.reason : undefined;
  let failed = outcome.status === "rejected";
  for (const close of closers.reverse()) {
    try {
      await close();
    } catch (error) {
      if (!failed) failure = error;
      failed = true;
    }
  }
  if (failed) throw failure;
  return (outcome as PromiseFulfilledResult<T>).value;
}
