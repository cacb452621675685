import type { Redis } from "ioredis";

/**
 * The copies that BullMQ makes of a connection from now on, for requests that block. It ends them only while Redis
 * answers; whoever closes while it is away ends them, or they try to connect for ever and the process never ends.
 */
export function copiesOf(redis: Redis): ReadonlySet<Redis> {
  const copies = new Set<Redis>();
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    copies.add(copy);
    return copy;
  };
  return copies;
}
