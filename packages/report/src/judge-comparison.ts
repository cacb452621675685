import type { TableComparison, Tolerances } from "./comparison.ts";

/** What differs by more than the tolerances, one sentence each. */
export function judgeComparison(
  { rows, labelChanges, features, pcaFeatures }: Omit<TableComparison, "same" | "faults">,
  tolerances: Tolerances,
): string[] {
  const faults: string[] = [];
  if (rows.both === 0) faults.push("the tables have no image in common");
  if (rows.onlyACount > 0) faults.push(`${rows.onlyACount} images are in the first table only`);
  if (rows.onlyBCount > 0) faults.push(`${rows.onlyBCount} images are in the second table only`);
  if (rows.repeated > 0) faults.push(`${rows.repeated} paths come more than once`);
  if (labelChanges.count > 0) faults.push(`${labelChanges.count} images have another label`);
  if (features !== null) {
    const [a, b] = features.widths;
    if (a !== b) faults.push(`vectors have ${a} features in the first table, ${b} in the second`);
    // Written so that NaN is a fault.
    if (!(features.largest <= tolerances.features)) {
      faults.push(
        `features differ by up to ${features.largest.toPrecision(3)} (${features.worst}), more than ${tolerances.features}`,
      );
    }
  }
  if (pcaFeatures !== null && pcaFeatures.angle !== null && !(pcaFeatures.angle <= tolerances.angle)) {
    faults.push(
      `the components span other spaces: ${pcaFeatures.angle.toPrecision(3)} rad apart, more than ${tolerances.angle}`,
    );
  }
  return faults;
}
