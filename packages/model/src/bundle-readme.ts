/** How to use the files beside it without Pomona; test/e2e/bundle-readme.test.ts runs its code. */
export function bundleReadme({
  dimension,
  components,
  k,
}: {
  readonly dimension: number;
  readonly components: number;
  readonly k: number;
}): string {
  return `# A model made by Pomona

| file | what is in it |
| --- | --- |
| \`scaler.json\` | mean and sample standard deviation of the ${dimension} features; a constant column has std 0 and becomes 0 |
| \`pca.json\` | ${components} principal components of the scaled features; ml-pca loads it as it is |
| \`classes.json\` | the labels in the order of all that follows |
| \`centroids.json\` | the mean of each label's \`pcaFeatures\` |
| \`reference.arrow\` | path, label and \`pcaFeatures\` of the rows that neighbours are looked for in |
| \`logistic.json\` | multinomial logistic regression of the scaled features |
| \`classifiers.json\` | accuracy of each classifier with photos that it was not trained with, and the best one |
| \`fingerprint.json\` | what made the features: another one, other numbers |
| \`bundle.json\` | the hashes of these files, and how photos are prepared |

\`pomona classify photo.jpg --model …\` does all of this. By hand, from \`features\` (n × ${dimension}) of the same fingerprint:

## NumPy

\`\`\`python
import json
import numpy as np

scaler, pca = (json.load(open(f"model/{name}.json")) for name in ("scaler", "pca"))
std = np.array(scaler["std"])
factor = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
scaled = ((features.astype(np.float64) - np.array(scaler["mean"])) * factor).astype(np.float32)
pca_features = scaled.astype(np.float64) @ np.array(pca["U"])

classes = json.load(open("model/classes.json"))["classes"]
centroids = np.array(json.load(open("model/centroids.json"))["centroids"])
nearest = np.linalg.norm(pca_features[:, None] - centroids, axis=2).argmin(axis=1)
labels = [classes[i] for i in nearest]
\`\`\`

The ${k} nearest of \`reference.arrow\` (\`polars.read_ipc\`, \`pyarrow.feather.read_table\`) have a vote each; a tie goes to the first
label of \`classes.json\`.

## Node

\`\`\`js
import { readFileSync } from "node:fs";
${"import"} { PCA } from "ml-pca";

const load = (name) => JSON.parse(readFileSync(\`model/\${name}.json\`, "utf8"));
const { mean, std } = load("scaler");
const scale = (row) => Array.from(row, (x, j) => Math.fround(std[j] === 0 ? 0 : (x - mean[j]) * (1 / std[j])));
const pcaFeatures = PCA.load(load("pca")).predict(features.map(scale)).to2DArray();
\`\`\`
`;
}
