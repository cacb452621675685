import { expect, test } from "vitest";
import { csvHeader } from "../src/csv-header.ts";

test("names one column per component, or the five columns of the table", () => {
  expect(csvHeader("compact", 3)).toBe("path,label,pca_1,pca_2,pca_3\n");
  expect(csvHeader("full", 3)).toBe("path,label,features,scaledFeatures,pcaFeatures\n");
});
