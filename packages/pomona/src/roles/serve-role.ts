import { once } from "node:events";
import { exitCodes, type PomonaError } from "@pomona/core";
import { type BullmqQueue, connectQueue } from "@pomona/queue";
import { createLog, type Log } from "../log.ts";
import type { Surroundings } from "../surroundings.ts";
import { version } from "../version.ts";
import { withClosers } from "../with-closers.ts";
import { type HealthPage, serveHealth } from "./health-server.ts";
import { Liveness } from "./liveness.ts";
import { RedisWatch } from "./redis-watch.ts";
import { RoleMetrics } from "./role-metrics.ts";
import { type RoleFlags, type RoleSettings, roleSettings } from "./role-settings.ts";
import { Standing } from "./standing.ts";
import type { Vitals } from "./vitals.ts";

/** What a role is given to live on. */
export interface RoleContext {
  readonly settings: RoleSettings;
  readonly surroundings: Surroundings;
  readonly queue: BullmqQueue;
  readonly log: Log;
  readonly metrics: RoleMetrics;
  readonly liveness: Liveness;
  readonly standing: Standing;
  /** Ends the process with this error, so that whoever watches it starts it again. */
  readonly fail: (error: Error) => void;
}

/** A role at work. */
export interface RunningRole {
  /** Why it is not ready for work, in words; empty where it is. */
  readonly unready: () => readonly string[];
  /** Told, again and again, where the pool's home is. */
  readonly onHome?: (home: string) => void;
  readonly pages?: Readonly<Record<string, () => HealthPage>>;
  /** Takes no more work, and ends or hands back what is in hand within `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface RoleKind {
  readonly name: "coordinator" | "worker" | "reducer";
  /** A consumer waits for a Redis that is away, a producer says so and ends. */
  readonly connectsAs: "producer" | "consumer";
  readonly start: (context: RoleContext) => Promise<RunningRole>;
}

/** A timer's longest span: keeps the process alive while all else that waits is unreferenced. */
const longMs = 2 ** 31 - 1;

/**
 * Runs a role until the first signal (exit code 0) or a fault that ends it (thrown). In this order: probes are answered,
 * Redis is reached, the role begins; at the end the other way round, within the grace time.
 */
export async function serveRole(kind: RoleKind, flags: RoleFlags, surroundings: Surroundings): Promise<number> {
  const settings = await roleSettings(flags, surroundings);
  const { signal } = surroundings;
  const log = createLog(settings.config.machine.logLevel);
  const standing = new Standing();
  const liveness = new Liveness();
  const metrics = new RoleMetrics({ role: kind.name, liveness });
  const fault = new AbortController();
  const stop = AbortSignal.any([signal, fault.signal]);
  const stopped = once(stop, "abort");
  let role: RunningRole | undefined;
  let redis: RedisWatch | undefined;
  try {
    await withClosers(async (onClose) => {
      const alive = setInterval(() => {}, longMs);
      onClose(() => clearInterval(alive));
      if (settings.healthPort !== undefined) {
        const pages = {
          "/healthz": () => (liveness.isAlive ? page(200, "alive") : page(503, "no progress for five minutes")),
          "/readyz": () => readiness(role, standing, redis),
          "/metrics": async () => ({
            status: 200,
            body: await metrics.registry.metrics(),
            type: metrics.registry.contentType,
          }),
          "/backlog": () => role?.pages?.["/backlog"]?.() ?? page(404, "the coordinator knows the backlog"),
        };
        onClose(await serveHealth({ host: settings.healthHost, port: settings.healthPort, pages }));
      }
      const queue = await connectQueue({
        url: settings.redis,
        role: kind.connectsAs,
        about: () => aboutOf(kind, standing, metrics.vitals),
        onNotice: (notice) => log.warn({}, notice),
        onFatal: (error: PomonaError) => fault.abort(error),
        signal: stop,
      });
      onClose(() => queue.close());
      // Whoever follows a run is not to wait for the next sign of life.
      standing.onNews = () => queue.announce();
      queue.onInterrupted((reason) => {
        metrics.interrupted();
        log.warn({ reason }, "jobs may have been lost");
      });
      redis = new RedisWatch(queue.registry, (home) => role?.onHome?.(home));
      onClose(() => redis?.stop());
      const fail = (error: Error): void => fault.abort(error);
      role = await kind.start({ settings, surroundings, queue, log, metrics, liveness, standing, fail });
      onClose(async () => role?.close(fault.signal.aborted ? 0 : settings.graceMs));
      log.info({ pid: process.pid, version }, `${kind.name} started`);
      if (!stop.aborted) await stopped;
      log.info({}, `${kind.name} stops`);
      stop.throwIfAborted();
    });
  } catch (error) {
    if (fault.signal.aborted) throw fault.signal.reason;
    if (!signal.aborted || (error !== signal.reason && !isAbort(error))) throw error;
  }
  log.info({}, `${kind.name} stopped`);
  return exitCodes.done;
}

function aboutOf({ name }: RoleKind, { engine, troubles }: Standing, vitals: Vitals) {
  const trouble = troubles.join("; ");
  return {
    role: name,
    version,
    vitals: vitals.tell(),
    ...(engine !== undefined && { engine }),
    ...(trouble !== "" && { trouble: trouble.slice(0, 500) }),
  };
}

function readiness(role: RunningRole | undefined, standing: Standing, redis: RedisWatch | undefined): HealthPage {
  const reasons = role === undefined ? ["not started yet", ...standing.troubles] : [...role.unready()];
  if (redis?.trouble !== undefined) reasons.push(redis.trouble);
  return reasons.length === 0 ? page(200, "ready") : page(503, reasons.join("\n"));
}

function page(status: number, text: string): HealthPage {
  return { status, body: `${text}\n` };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
