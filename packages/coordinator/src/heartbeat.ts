import {
  addStageTimes,
  encodeJson,
  maxQuarantinedBatches,
  newestTelemetry,
  type ObjectStore,
  runLayout,
  type Telemetry,
} from "@pomona/core";
import { RunHistory } from "./run-history.ts";
import type { RunLedger } from "./run-ledger.ts";

/** Seconds between two times that the run's state is written down: a sign of life, and what a dashboard reads. */
const pauses = [2, 3, 5] as const;
const longestPause = 10;

export interface HeartbeatOptions {
  readonly out: ObjectStore;
  readonly run: string;
  readonly generation: number;
  readonly now: () => Date;
}

/** Writes telemetry of a run, soon after it began and then at regular intervals. Books never depend on it. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #earlier: Telemetry | undefined;
  readonly history: RunHistory;
  #ledger: RunLedger | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beats = 0;
  #isStopped = false;

  private constructor(options: HeartbeatOptions, earlier: Telemetry | undefined) {
    this.#options = options;
    this.#earlier = earlier;
    this.history = new RunHistory(options.now, earlier);
  }

  /** Goes on with what an earlier process wrote of the run. */
  static async of(options: HeartbeatOptions): Promise<Heartbeat> {
    return new Heartbeat(options, await newestTelemetry(options.out, options.run).catch(() => undefined));
  }

  start(ledger: RunLedger): void {
    this.#ledger = ledger;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Writes down the state as of now. */
  async beat(): Promise<void> {
    const { out, run, generation, now } = this.#options;
    const at = now();
    if (this.#ledger === undefined) return;
    const { listed, quarantined, decoded, stages } = this.#ledger;
    const telemetry: Telemetry = {
      name: "pomona.telemetry",
      version: 1,
      at: at.toISOString(),
      listed,
      quarantined,
      decoded: decoded + (this.#earlier?.decoded ?? 0),
      stages: addStageTimes(this.#earlier?.stages ?? {}, stages),
      ...this.history.told,
      generation,
      ...quarantinedBatches(this.#ledger, this.#earlier),
      provisional: provisionalOf(this.#ledger, this.#earlier),
    };
    try {
      await out.put(runLayout(run).telemetryMinute(Math.floor(at.getTime() / 60_000)), encodeJson(telemetry));
    } catch {
      // The next one may get through.
    }
  }

  #schedule(): void {
    const seconds = pauses[this.#beats] ?? longestPause;
    this.#beats += 1;
    this.#timer = setTimeout(() => void this.beat().then(() => this.#isStopped || this.#schedule()), seconds * 1000);
    this.#timer.unref();
  }
}

/** Those that an earlier process told count too; where it left shards and no word, nobody knows which they are. */
function quarantinedBatches(
  { quarantinedBatches, resumed }: Pick<RunLedger, "quarantinedBatches" | "resumed">,
  earlier: Telemetry | undefined,
): Pick<Telemetry, "quarantinedBatches"> {
  const before = earlier?.quarantinedBatches;
  if (before === undefined && resumed > 0) return {};
  const all = [...new Set([...(before ?? []), ...quarantinedBatches])].sort((a, b) => a - b);
  return { quarantinedBatches: all.slice(0, maxQuarantinedBatches) };
}

/** By the number of groups: what a process before this one told is told again. */
function provisionalOf({ provisional }: Pick<RunLedger, "provisional">, earlier: Telemetry | undefined) {
  const told = new Map([...(earlier?.provisional ?? []), ...provisional].map((one) => [one.groups, one]));
  return [...told.values()].sort((a, b) => a.groups - b.groups);
}
