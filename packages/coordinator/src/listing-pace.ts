import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds since some moment, which is the same at every look. */
export interface CoreTimes {
  readonly cores: number;
  /** Of all cores together, each of which either idles or is busy. */
  readonly idle: number;
  readonly busy: number;
}

export interface ListingPaceOptions {
  readonly coreTimes?: () => CoreTimes;
  /** Milliseconds of processor time that this process had. */
  readonly ownTime?: () => number;
  readonly rest?: (ms: number) => Promise<unknown>;
}

/** Own time after which a listing may rest. Short, so that nobody waits long for a core that it holds. */
const sliceMs = 20;
/** Own time after which the cores are looked at again: of a large machine that takes milliseconds. */
const lookMs = 100;
/** A third of a core still lists far more than a machine featurizes. */
const restPerSlice = 2;
/** After a slice that could not be interrupted. */
const longestRestMs = 250;

/**
 * Lets a listing that is far ahead leave the cores to those who compute: where no core idles and others are at work, it
 * rests for twice the time that it took. What it lists is needed much later, and small runs beside it would wait.
 */
export class ListingPace {
  readonly #coreTimes: () => CoreTimes;
  readonly #ownTime: () => number;
  readonly #rest: (ms: number) => Promise<unknown>;
  #cores: CoreTimes;
  #own: number;
  #sliceFrom: number;
  #isCrowded = false;

  constructor({ coreTimes = readCoreTimes, ownTime = readOwnTime, rest = sleep }: ListingPaceOptions = {}) {
    this.#coreTimes = coreTimes;
    this.#ownTime = ownTime;
    this.#rest = rest;
    this.#cores = coreTimes();
    this.#own = ownTime();
    this.#sliceFrom = this.#own;
  }

  /** To be called between two pieces of the work. */
  async yield(): Promise<void> {
    const own = this.#ownTime();
    const slice = own - this.#sliceFrom;
    if (slice < sliceMs) return;
    this.#sliceFrom = own;
    if (own - this.#own >= lookMs) this.#look(own);
    if (this.#isCrowded) await this.#rest(Math.min(longestRestMs, restPerSlice * slice));
  }

  #look(own: number): void {
    const now = this.#coreTimes();
    const idle = now.idle - this.#cores.idle;
    const busy = now.busy - this.#cores.busy;
    const oneCore = (idle + busy) / now.cores;
    const others = busy - (own - this.#own);
    this.#isCrowded = idle < oneCore / 4 && others > oneCore / 2;
    this.#cores = now;
    this.#own = own;
  }
}

function readCoreTimes(): CoreTimes {
  const cores = cpus();
  let idle = 0;
  let busy = 0;
  for (const { times } of cores) {
    idle += times.idle;
    busy += times.user + times.nice + times.sys + times.irq;
  }
  return { cores: cores.length, idle, busy };
}

function readOwnTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
