import { count, decimal, duration, percent, whole } from "./page-parts.ts";
import type { ReportData } from "./report-data.ts";

/** A sentence of the summary. */
export interface Finding {
  /** `good`: as it should be; `look`: worth a look; `bad`: wrong. */
  readonly mood: "good" | "look" | "bad";
  readonly text: string;
  /** Section that tells more. */
  readonly section: string;
}

/** Fewer correct neighbours than this, and the features hardly tell the labels apart. */
const goodAccuracy = 0.9;

/** What a reader should know who reads nothing else; the worst first. */
export function findings(data: ReportData): Finding[] {
  const all = [
    untrained(data),
    books(data),
    variance(data),
    neighbours(data),
    duplicates(data),
    columns(data),
    norms(data),
    time(data),
  ].filter((finding) => finding !== undefined);
  const order = ["bad", "look", "good"];
  return all.sort((a, b) => order.indexOf(a.mood) - order.indexOf(b.mood));
}

type MaybeFinding = Finding | undefined;

function untrained({ untrained: isUntrained }: ReportData): MaybeFinding {
  if (!isUntrained) return undefined;
  const text = "The network is random (--weights untrained): every number below describes nothing.";
  return { mood: "bad", text, section: "provenance" };
}

function books({ books: { listed, featurized, quarantined, missing, duplicates: twice } }: ReportData): Finding {
  const sum = `${whole(listed)} listed = ${whole(featurized)} featurized + ${whole(quarantined)} quarantined`;
  if (missing + twice > 0) {
    return { mood: "bad", text: `${sum}, ${missing} missing, ${twice} twice.`, section: "quarantine" };
  }
  if (quarantined > 0) return { mood: "look", text: `The books balance: ${sum}.`, section: "quarantine" };
  return { mood: "good", text: `The books balance: ${sum}.`, section: "quarantine" };
}

function variance({ variance: { kept, keptShare, needed, rank } }: ReportData): Finding {
  const goal = needed.find(({ share }) => share === 0.95);
  const more = goal === undefined ? "" : `; 95 % would take ${whole(goal.components)}`;
  const text = `${count(kept, "component")} of ${whole(rank)} ${kept === 1 ? "keeps" : "keep"} ${percent(keptShare)} of the variance${keptShare >= 0.95 ? "" : more}.`;
  return { mood: "good", text, section: "variance" };
}

function neighbours({ neighbours: { accuracy, withoutSeries, k } }: ReportData): MaybeFinding {
  if (accuracy === null) return undefined;
  const honest = withoutSeries?.accuracy ?? accuracy;
  const how =
    withoutSeries === null
      ? `${percent(accuracy)} of the images have the label that their ${k} nearest neighbours vote for.`
      : `${percent(accuracy)} of the images have the label of their ${k} nearest neighbours; ${percent(honest)} when frames of the same series don't vote.`;
  return { mood: honest >= goodAccuracy ? "good" : "look", text: how, section: "neighbours" };
}

function duplicates({ duplicates: { involved, rows, acrossLabels } }: ReportData): MaybeFinding {
  if (involved === 0) return { mood: "good", text: "No two images are nearly the same.", section: "duplicates" };
  const text = `${percent(involved / rows, 0)} of the images have a near-duplicate`;
  if (acrossLabels === 0) return { mood: "look", text: `${text}, always of the same label.`, section: "duplicates" };
  const across = `${count(acrossLabels, "pair")} ${acrossLabels === 1 ? "has" : "have"} different labels`;
  return { mood: "look", text: `${text}; ${across}.`, section: "duplicates" };
}

function columns({ dimensions: { constant, dimension } }: ReportData): Finding {
  if (constant.length === 0)
    return { mood: "good", text: `All ${whole(dimension)} features vary.`, section: "features" };
  const text = `${constant.length} of ${whole(dimension)} features are constant, and no part of the PCA.`;
  return { mood: constant.length > dimension / 10 ? "look" : "good", text, section: "features" };
}

function norms({ norms: { outlierCount, median } }: ReportData): Finding {
  if (outlierCount === 0) {
    return { mood: "good", text: `No image is far from the usual norm of ${decimal(median)}.`, section: "features" };
  }
  const text = `${count(outlierCount, "image")} ${outlierCount === 1 ? "is" : "are"} far from the usual norm of ${decimal(median)}.`;
  return { mood: "look", text, section: "features" };
}

function time({ time: { seconds, imagesPerSecond, bottleneck } }: ReportData): MaybeFinding {
  if (bottleneck === null) return undefined;
  const { stage, share } = bottleneck;
  const text = `${duration(seconds.total ?? 0)} in all, ${decimal(imagesPerSecond)} images a second; ${percent(share, 0)} of the work was ${stage}.`;
  return { mood: "good", text, section: "time" };
}
