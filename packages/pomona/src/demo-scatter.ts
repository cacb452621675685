import type { RunSummary } from "./run-summary.ts";
import { scatterPoints } from "./scatter-points.ts";
import { scatterSvg } from "./scatter-svg.ts";

/** The first two components of a result, of its `result.csv`, as a picture. */
export function demoScatter(csv: Uint8Array, { explainedVariance, untrained, featurized }: RunSummary): string {
  const axis = (i: number): string => {
    const share = explainedVariance[i];
    return share === undefined
      ? `(no component ${i + 1})`
      : `pca_${i + 1} (${(share * 100).toFixed(1)} % of the variance)`;
  };
  const title = `MobileNetV2 features of ${featurized} images, 2 components${untrained ? " – UNTRAINED NETWORK" : ""}`;
  return scatterSvg(scatterPoints(csv), { title, xTitle: axis(0), yTitle: axis(1) });
}
