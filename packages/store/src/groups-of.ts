/** What came before a failure is given before it is thrown: a caller goes on from there. */
export async function* groupsOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  try {
    for await (const item of items) {
      group.push(item);
      if (group.length < size) continue;
      yield group;
      group = [];
    }
  } catch (error) {
    if (group.length > 0) yield group;
    throw error;
  }
  if (group.length > 0) yield group;
}
