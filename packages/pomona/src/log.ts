import type { JobQueue, MachineConfig, QueueName } from "@pomona/core";
import { destination, pino } from "pino";

/** The part of pino's interface that is used: fields first, then a constant message. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => {};
export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** JSON lines on standard error, where progress goes too; synchronous, so that a crash loses none. */
export function createLog(level: MachineConfig["logLevel"]): Log {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination({ fd: 2, sync: true }));
}

/** Logs how every job ends. */
export function logJobs(queue: JobQueue, log: Log): void {
  for (const name of ["features", "reduce"] satisfies QueueName[]) {
    queue.onEnded(name, (event) => {
      const { id, kind } = event.job;
      if (event.state === "completed") log.debug({ job: id, kind, ...event.result }, "job completed");
      else log.error({ job: id, kind, ...event.error }, "job failed");
    });
  }
}
