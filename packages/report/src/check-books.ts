import type { Success } from "@pomona/core";
import { type Check, judge } from "./validation.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Books balance: listed = featurized + quarantined, nothing missing, nothing twice, and each total adds up. */
export function checkBooks({ books, quarantinedByReason, labels, parts }: Success): Check {
  const { listed, featurized, quarantined, missing, duplicates } = books;
  const reasons = sum(Object.values(quarantinedByReason));
  const perLabel = sum(Object.values(labels));
  const perPart = sum(parts.map(({ rows }) => rows));
  const faults: string[] = [];
  if (listed !== featurized + quarantined) {
    faults.push(`${listed} listed, but ${featurized} featurized + ${quarantined} quarantined`);
  }
  if (missing !== 0) faults.push(`${missing} missing`);
  if (duplicates !== 0) faults.push(`${duplicates} duplicates`);
  if (reasons !== quarantined) faults.push(`${quarantined} quarantined, but ${reasons} by reason`);
  if (perLabel !== featurized) faults.push(`${featurized} featurized, but ${perLabel} by label`);
  if (perPart !== featurized) faults.push(`${featurized} featurized, but ${perPart} by part`);
  return judge("books", faults, `${listed} listed = ${featurized} featurized + ${quarantined} quarantined`);
}
