import { encodeJson, type ObjectStore, runLayout } from "@pomona/core";
import type { RunLedger } from "./run-ledger.ts";

/** How often the run's state is written down: a sign of life, and what a dashboard reads. */
const everyMs = 30_000;

/** Writes telemetry at regular intervals until the returned function is called. */
export function startHeartbeat(options: {
  readonly out: ObjectStore;
  readonly run: string;
  readonly ledger: RunLedger;
  readonly now: () => Date;
}): () => void {
  const beat = setInterval(() => void writeTelemetry(options), everyMs);
  beat.unref();
  return () => clearInterval(beat);
}

async function writeTelemetry({ out, run, ledger, now }: Parameters<typeof startHeartbeat>[0]): Promise<void> {
  const at = now();
  const { listed, quarantined, decoded, stages } = ledger;
  const body = { name: "pomona.telemetry", version: 1, at: at.toISOString(), listed, quarantined, decoded, stages };
  try {
    await out.put(runLayout(run).telemetryMinute(Math.floor(at.getTime() / 60_000)), encodeJson(body));
  } catch {
    // Books never depend on telemetry.
  }
}
