import type { EngineProbe, Gpu } from "@pomona/vision";
import type { Diagnosis } from "./diagnosis.ts";
import { busyShare, type Estimate, imagesPerCoreHour } from "./estimate-cost.ts";
import { formatBytes, formatCount, formatRate } from "./format.ts";
import { priceList } from "./instance-prices.ts";
import type { MeasuredPath } from "./measure-path.ts";

/** Above so much more time by the clock than of the processor, it was shared. */
const busyRatio = 1.15;

type Row = readonly [name: string, text: string];

/** The diagnosis as lines for a terminal. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { ok, problems, path, estimates, seconds } = diagnosis;
  const sections: readonly (readonly string[])[] = [
    table([...machineRows(diagnosis), ...libraryRows(diagnosis)]),
    ["GPUs", ...gpuLines(diagnosis.gpus).map(indent)],
    ["Engines, 1 thread each", ...table(diagnosis.engines.map(engineRow)).map(indent)],
    ["Weights", ...weightsLines(diagnosis).map(indent)],
    ["Folders", ...table(diagnosis.folders.map(folderRow)).map(indent)],
    path ? pathLines(path) : [],
    path ? estimateLines(path, estimates) : [],
    ok
      ? [`A run can work here. (Examined in ${seconds.toFixed(1)} s.)`]
      : ["A run can NOT work here:", ...problems.map((problem) => `  ${problem}`)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function machineRows({ pomona, node, system, processor, memory }: Diagnosis): Row[] {
  const { model, cores, quota, usableCores } = processor;
  const limited = quota === null ? "no quota" : `quota of ${quota}`;
  const memoryLimit =
    memory.limitBytes === null ? "no limit by control groups" : `limited to ${formatBytes(memory.limitBytes)}`;
  return [
    ["Pomona", pomona],
    ["Node", `${node.version} (${node.ok ? "fine" : "TOO OLD"}: ${node.needed} or newer is needed)`],
    ["System", `${system.platform} ${system.arch}, ${system.release}`],
    ["Processor", `${model}: ${formatCount(cores, "core")}, ${limited} by control groups, ${usableCores} usable`],
    ["Memory", `${formatBytes(memory.totalBytes)}, ${formatBytes(memory.freeBytes)} free, ${memoryLimit}`],
  ];
}

function libraryRows({ simd, sharp }: Diagnosis): Row[] {
  return [
    ["SIMD", simd ? "WebAssembly vectors run" : "WebAssembly vectors do NOT run"],
    ["Decoder", `sharp ${sharp.version} with libvips ${sharp.libvips}`],
  ];
}

function gpuLines(gpus: readonly Gpu[]): string[] {
  if (gpus.length === 0) return ["No NVIDIA GPU, or no driver for it: --device auto computes on the CPU."];
  const rows = gpus.map(({ index, name, memoryBytes, freeBytes, driver }): Row => {
    const memory = `${formatBytes(memoryBytes)}, ${formatBytes(freeBytes)} free`;
    return [`gpu:${index}`, `${name}   ${memory}, driver ${driver}`];
  });
  return table(rows);
}

function engineRow(probe: EngineProbe): Row {
  const { name, runs, version, device, inferBatch, imagesPerSecond = 0, reason = "" } = probe;
  if (!runs) return [name, `no     ${reason}`];
  const rate = formatRate(imagesPerSecond, "img").padStart(10);
  return [name, `runs   ${rate}   on the ${device?.toUpperCase()}, ${inferBatch} at a time, version ${version}`];
}

function weightsLines({ weights }: Diagnosis): string[] {
  if (weights.found !== null) return [weights.found];
  const answer: Record<string, string> = {
    true: "The official address answers: a run downloads them into the cache.",
    false: "The official address does not answer.",
    null: "A named file is the only one that counts.",
  };
  return [...weights.looked, answer[String(weights.downloadable)] ?? ""];
}

function folderRow({ what, path, exists, writable, freeBytes, reason }: Diagnosis["folders"][number]): Row {
  const free = freeBytes === null ? "free space unknown" : `${formatBytes(freeBytes)} free`;
  const access = writable ? (exists ? "writable" : "does not exist yet, can be made") : `NOT writable: ${reason}`;
  return [what, `${path}   ${free}, ${access}`];
}

function pathLines(path: MeasuredPath): string[] {
  const { decodeMs, resampleMs, inferMs, cpuMs, wallMs, engine, images, what, meanPixels, meanBytes } = path;
  const side = Math.round(Math.sqrt(meanPixels));
  return [
    `Processor time of an image, measured on ${images} ${what} (${side} × ${side} pixels, ${formatBytes(meanBytes)} on average)`,
    ...table([
      ["decode", ms(decodeMs)],
      ["resample", ms(resampleMs)],
      ["infer", `${ms(inferMs)}   ${engine}`],
      ["sum", `${ms(cpuMs)}   ${ms(wallMs).trim()} by the clock`],
    ]).map(indent),
    ...(wallMs > busyRatio * cpuMs
      ? [
          `  Other programs took ${Math.round((1 - cpuMs / wallMs) * 100)} % of the clock: the engines' rates above are too low by as much, this processor time is not.`,
        ]
      : []),
  ];
}

/** The arithmetic in full, so that anyone can put other numbers in. */
function estimateLines({ cpuMs }: MeasuredPath, estimates: readonly Estimate[]): string[] {
  const { provider, region, asOf, source } = priceList;
  const perCore = 3_600_000 / cpuMs;
  const busy = Math.round(imagesPerCoreHour(cpuMs));
  return [
    `A million images on ${provider} ${region}, Linux on demand, prices as of ${asOf} (today's: ${source})`,
    `  3,600,000 ms ÷ ${cpuMs.toFixed(1)} ms = ${whole(perCore)} images per core-hour; × ${busyShare} for cores that wait at times = ${whole(busy)}`,
    "  A core there is taken to be as fast as one here. Where 2 vCPUs are the 2 threads of a core, they count as 1 core.",
    "",
    ...columns(estimates.map(estimateCells)).map(indent),
  ];
}

function estimateCells({ instance, cores, imagesPerHour, hours, usd }: Estimate): string[] {
  const { name, vcpus, vcpusPerCore, usdPerHour, note } = instance;
  return [
    name,
    `${vcpus} vCPU ÷ ${vcpusPerCore} = ${formatCount(cores, "core")}`,
    `× ${whole(imagesPerHour / cores)} = ${whole(imagesPerHour)} images/h`,
    `1,000,000 ÷ that = ${hours.toFixed(2)} h`,
    `× $${usdPerHour} = $${usd.toFixed(2)}${note === undefined ? "" : `  (${note})`}`,
  ];
}

/** Rows whose cells stand below each other. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("   ")
      .trimEnd(),
  );
}

function table(rows: readonly Row[]): string[] {
  return columns(rows);
}

function ms(value: number): string {
  return `${value.toFixed(1).padStart(6)} ms`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function indent(line: string): string {
  return line === "" ? "" : `  ${line}`;
}
