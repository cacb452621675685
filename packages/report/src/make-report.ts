import { type ObjectStore, outputLayout, PomonaError, photoSeries } from "@pomona/core";
import { type ChartName, charts } from "./charts.ts";
import { collectReport } from "./collect-report.ts";
import { makePictures, type Pictures, picturesWanted } from "./pictures.ts";
import { readSuccess } from "./read-success.ts";
import { type Chart, renderChart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";
import { reportPage } from "./report-page.ts";
import type { SeriesOf } from "./summarise-neighbours.ts";

export interface MakeReportOptions {
  /** Opens the images of a run, for thumbnails; by default there are none. */
  readonly openInput?: (uri: string) => Promise<ObjectStore>;
  /** Rows that are drawn for the map, the neighbours and the near-duplicates. @defaultValue 5000 */
  readonly sampleSize?: number;
  readonly seed?: number;
  /** @defaultValue by the numbers of file names: photoSeries of core */
  readonly seriesOf?: SeriesOf;
  /** The run that it is to be a report of. By default that of the result. */
  readonly run?: string;
  /** Told what the report had to do without. */
  readonly onNotice?: (message: string) => void;
}

/**
 * Writes `report.html`, `report.json` and `plots/` of a finished result, or writes them again. Nothing else is touched:
 * a report is a view of a result and no part of it.
 *
 * Throws UsageError `no-result` where the output holds no finished result of ours, PomonaError `result-replaced` where
 * it holds another run's, or another generation's by the time that the report is drawn.
 */
export async function makeReport(out: ObjectStore, options: MakeReportOptions = {}): Promise<ReportData> {
  const { openInput, sampleSize = 5000, seed = 0, seriesOf = photoSeries, run, onNotice = () => {} } = options;
  const success = await readSuccess(out);
  if (run !== undefined && success.run !== run) throw replaced(out, run);
  const data = await collectReport(out, success, { sampleSize, seed, seriesOf });
  const drawn = await drawCharts(data);
  const pictures = await findPictures(data, openInput, onNotice);
  // Drawing takes a while, and publishing removes what speaks of an earlier result.
  const now = await readSuccess(out);
  if (now.run !== success.run || now.finishedAt !== success.finishedAt) throw replaced(out, success.run);
  await out.put(outputLayout.reportData, Buffer.from(`${JSON.stringify(data)}\n`));
  const kept = new Set<string>();
  for (const [name, { svg, png }] of drawn) {
    for (const [extension, body] of [["svg", Buffer.from(svg)] as const, ["png", png] as const]) {
      const key = `${outputLayout.plots}${name}.${extension}`;
      kept.add(key);
      await out.put(key, body);
    }
  }
  await removeOthers(out, kept);
  await out.put(outputLayout.report, Buffer.from(reportPage({ data, charts: drawn, pictures })));
  return data;
}

function replaced(out: ObjectStore, run: string): PomonaError {
  return new PomonaError("result-replaced", `${out.uri} holds another result than that of run ${run} now`, {
    remedy: `pomona report ${out.uri} makes a report of what is there.`,
  });
}

async function drawCharts(data: ReportData): Promise<Map<ChartName, Chart>> {
  const drawn = new Map<ChartName, Chart>();
  for (const [name, specOf] of Object.entries(charts)) {
    const spec = specOf(data);
    if (spec !== undefined) drawn.set(name as ChartName, await renderChart(spec));
  }
  return drawn;
}

/** A report is worth having without pictures: the photos may be elsewhere by now. */
async function findPictures(
  data: ReportData,
  openInput: MakeReportOptions["openInput"],
  onNotice: (message: string) => void,
): Promise<Pictures> {
  if (openInput === undefined) return new Map();
  try {
    const { maxPixels, maxBytes, exifRotate } = (data.configuration?.features ?? {}) as Record<string, never>;
    const wanted = picturesWanted(data);
    const pictures = await makePictures(wanted, {
      input: await openInput(data.input),
      maxPixels,
      maxBytes,
      exifRotate,
    });
    if (pictures.size < wanted.length) {
      onNotice(
        `The report shows ${pictures.size} of ${wanted.length} pictures: the others are no longer in ${data.input}`,
      );
    }
    return pictures;
  } catch (error) {
    onNotice(`The report has no pictures: ${error instanceof Error ? error.message : error}`);
    return new Map();
  }
}

/** Charts of an earlier report that this one does not have. */
async function removeOthers(out: ObjectStore, kept: ReadonlySet<string>): Promise<void> {
  const surplus: string[] = [];
  for await (const { key } of out.list({ prefix: outputLayout.plots })) if (!kept.has(key)) surplus.push(key);
  if (surplus.length > 0) await out.delete(surplus);
}
