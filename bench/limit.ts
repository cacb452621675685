import { fork } from "node:child_process";
import { collectorFlags } from "@pomona/worker";
import type { StageCosts, StageCostsOptions } from "./stage-costs.ts";

/** What the stages cost, and how many images per second that lets `cores` cores make when nothing else costs anything. */
export interface Limit {
  readonly cores: number;
  readonly costs: StageCosts;
  /** Images per second. */
  readonly rate: number;
}

/**
 * The limit with all cores busy: as many processes as cores measure at the same time, since cores share caches, memory
 * and clock.
 */
export async function measureLimit(cores: number, options: StageCostsOptions): Promise<Limit> {
  const all = await Promise.all(Array.from({ length: cores }, () => measureInProcess(options)));
  return limitOf(all, cores);
}

/** Of two measurements on the same machine. */
export function meanLimit(first: Limit, second: Limit): Limit {
  return limitOf([first.costs, second.costs], first.cores);
}

function limitOf(all: readonly StageCosts[], cores: number): Limit {
  const mean = (stage: keyof StageCosts): number => all.reduce((sum, costs) => sum + costs[stage], 0) / all.length;
  const costs = { decode: mean("decode"), resample: mean("resample"), infer: mean("infer") };
  return { cores, costs, rate: (cores * 1000) / (costs.decode + costs.resample + costs.infer) };
}

function measureInProcess(options: StageCostsOptions): Promise<StageCosts> {
  return new Promise((resolve, reject) => {
    // As the inference processes are started, so that the stages cost what they cost there.
    const execArgv = [...process.execArgv, ...collectorFlags];
    const child = fork(new URL("./stage-costs-process.ts", import.meta.url), { execArgv });
    child.once("message", (costs) => resolve(costs as StageCosts));
    child.once("exit", (code, signal) => reject(new Error(`measuring the stages ended with ${signal ?? code}`)));
    child.send(options);
  });
}
