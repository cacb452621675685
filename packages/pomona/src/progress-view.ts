import type { Phase, RunProgress } from "@pomona/core";
import { SingleBar } from "cli-progress";
import { formatDuration, formatRate } from "./format.ts";
import { RateMeter } from "./rate-meter.ts";

/** Shows how far a run is. Nothing is shown of a run that is over at once. */
export interface ProgressView {
  show(progress: RunProgress): void;
  close(): void;
}

const units: Readonly<Record<Phase, string>> = {
  restoring: "parts",
  listing: "images",
  featurizing: "images",
  retrying: "batches",
  moments: "groups",
  fitting: "fit",
  projecting: "parts",
  training: "steps",
  publishing: "parts",
};

/** Milliseconds before the first line and between two lines where there is no terminal to redraw. */
const plainEveryMs = 2_000;

/** A bar per phase on a terminal; a line every two seconds elsewhere. */
export function createProgressView(stream: NodeJS.WriteStream, options: { readonly plain: boolean }): ProgressView {
  return options.plain || !stream.isTTY ? plainView(stream) : barView(stream);
}

function barView(stream: NodeJS.WriteStream): ProgressView {
  let bar: SingleBar | undefined;
  let phase: Phase | undefined;
  let meter = new RateMeter();
  const finish = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show(progress) {
      if (progress.phase !== phase) {
        finish();
        phase = progress.phase;
        meter = new RateMeter();
        bar = new SingleBar({
          stream,
          format: "{phase} {bar} {percentage}% {value}/{total} {unit}  {rate}  ETA {left}{quarantine}",
          barCompleteChar: "█",
          barIncompleteChar: "░",
          barsize: 28,
          hideCursor: true,
          clearOnComplete: false,
        });
        bar.start(progress.total ?? progress.listed, progress.done, payload(progress, meter));
      }
      meter.observe(progress.done - progress.resumed);
      bar?.setTotal(progress.total ?? progress.listed);
      bar?.update(progress.done, payload(progress, meter));
    },
    close: finish,
  };
}

function plainView(stream: NodeJS.WriteStream): ProgressView {
  let last = performance.now();
  let phase: Phase | undefined;
  let meter = new RateMeter();
  return {
    show(progress) {
      if (progress.phase !== phase) {
        phase = progress.phase;
        meter = new RateMeter();
      }
      meter.observe(progress.done - progress.resumed);
      const now = performance.now();
      if (now - last < plainEveryMs) return;
      last = now;
      const { unit, rate, left, quarantine } = payload(progress, meter);
      const of = progress.total === undefined ? `${progress.listed}+` : progress.total;
      stream.write(`${phase} ${progress.done}/${of} ${unit}, ${rate}, ETA ${left}${quarantine}\n`);
    },
    close() {},
  };
}

function payload(progress: RunProgress, meter: RateMeter) {
  const { phase, done, total, quarantined } = progress;
  const rate = meter.perSecond;
  const known = total !== undefined && rate > 0;
  return {
    phase: phase.padEnd(11),
    unit: units[phase],
    rate: formatRate(rate, units[phase]),
    left: known ? formatDuration((total - done) / rate) : "–",
    quarantine: quarantined > 0 ? `, ${quarantined} quarantined` : "",
  };
}
