import type { Redis } from "ioredis";

/** Requests that must be one step for Redis. All keys of a queue share the hash tag of its prefix, so one slot. */
const scripts = {
  /**
   * Forgets jobs that ended, of those named. BullMQ keeps ended jobs for a while and silently ignores one that is
   * added under the id of another, so that without this a failed job could not be tried again.
   *
   * KEYS: completed, failed. ARGV: prefix of the job keys, ids.
   */
  pomonaForgetEnded: {
    numberOfKeys: 2,
    lua: `
      local forgotten = 0
      for i = 2, #ARGV do
        if redis.call("ZREM", KEYS[1], ARGV[i]) + redis.call("ZREM", KEYS[2], ARGV[i]) > 0 then
          redis.call("DEL", ARGV[1] .. ARGV[i], ARGV[1] .. ARGV[i] .. ":logs")
          forgotten = forgotten + 1
        end
      end
      return forgotten`,
  },
  /**
   * Removes waiting jobs of a run. Reads all waiting jobs: the coordinator keeps at most two for each slot.
   *
   * KEYS: wait, prioritized, delayed. ARGV: prefix of the job keys, prefix of the ids.
   */
  pomonaRemoveWaiting: {
    numberOfKeys: 3,
    lua: `
      local removed = 0
      local function drop(key, command, ids)
        for _, id in ipairs(ids) do
          if string.sub(id, 1, #ARGV[2]) == ARGV[2] then
            if command == "LREM" then redis.call("LREM", key, 0, id) else redis.call("ZREM", key, id) end
            redis.call("DEL", ARGV[1] .. id, ARGV[1] .. id .. ":logs")
            removed = removed + 1
          end
        end
      end
      drop(KEYS[1], "LREM", redis.call("LRANGE", KEYS[1], 0, -1))
      drop(KEYS[2], "ZREM", redis.call("ZRANGE", KEYS[2], 0, -1))
      drop(KEYS[3], "ZREM", redis.call("ZRANGE", KEYS[3], 0, -1))
      return removed`,
  },
  /**
   * Notes that a consumer is alive, by the clock of Redis.
   *
   * KEYS: times, descriptions. ARGV: id, description.
   */
  pomonaAnnounce: {
    numberOfKeys: 2,
    lua: `
      redis.call("ZADD", KEYS[1], redis.call("TIME")[1], ARGV[1])
      redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])`,
  },
  /**
   * The descriptions of consumers that were alive lately; forgets the others.
   *
   * KEYS: times, descriptions. ARGV: seconds.
   */
  pomonaAlive: {
    numberOfKeys: 2,
    lua: `
      local gone = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", "(" .. (redis.call("TIME")[1] - ARGV[1]))
      for _, id in ipairs(gone) do
        redis.call("ZREM", KEYS[1], id)
        redis.call("HDEL", KEYS[2], id)
      end
      return redis.call("HVALS", KEYS[2])`,
  },
  /**
   * Notes the time, by the clock of Redis, for each of some names.
   *
   * KEYS: hash. ARGV: seconds to keep it, names.
   */
  pomonaNote: {
    numberOfKeys: 1,
    lua: `
      local time = redis.call("TIME")
      local ms = time[1] * 1000 + math.floor(time[2] / 1000)
      for i = 2, #ARGV do redis.call("HSET", KEYS[1], ARGV[i], ms) end
      redis.call("EXPIRE", KEYS[1], ARGV[1])`,
  },
  /**
   * Milliseconds since a name was noted; -1 where it never was.
   *
   * KEYS: hash. ARGV: name.
   */
  pomonaSince: {
    numberOfKeys: 1,
    lua: `
      local noted = redis.call("HGET", KEYS[1], ARGV[1])
      if not noted then return -1 end
      local time = redis.call("TIME")
      return math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(noted))`,
  },
} as const;

export interface ScriptedRedis extends Redis {
  pomonaForgetEnded(completed: string, failed: string, jobPrefix: string, ...ids: string[]): Promise<number>;
  pomonaRemoveWaiting(
    wait: string,
    prioritized: string,
    delayed: string,
    jobPrefix: string,
    idPrefix: string,
  ): Promise<number>;
  pomonaAnnounce(times: string, descriptions: string, id: string, description: string): Promise<unknown>;
  pomonaAlive(times: string, descriptions: string, seconds: number): Promise<string[]>;
  pomonaNote(hash: string, seconds: number, ...names: string[]): Promise<unknown>;
  pomonaSince(hash: string, name: string): Promise<number>;
}

export function withScripts(client: Redis): ScriptedRedis {
  for (const [name, script] of Object.entries(scripts)) client.defineCommand(name, script);
  return client as ScriptedRedis;
}
