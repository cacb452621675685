import { type CrossValidateOptions, requireFolds, score, type Validated } from "./cross-validation.ts";
import { classifyProducts, fitLogisticProducts, type LogisticFitOptions } from "./logistic-regression.ts";
import type { RowProducts } from "./row-products.ts";
import { shareRowProducts } from "./share-row-products.ts";

export interface CrossValidateLogisticOptions
  extends LogisticFitOptions,
    Pick<CrossValidateOptions, "labels" | "classes" | "folds"> {
  /** Of all rows; not released. */
  readonly products: RowProducts;
}

/**
 * As `crossValidate`, of logistic regression: the models of all folds are fitted at the same time, so that a step of all
 * of them takes one pass over the rows. Throws RangeError for fewer than two folds.
 */
export async function crossValidateLogistic({
  labels,
  classes,
  folds,
  products,
  ...options
}: CrossValidateLogisticOptions): Promise<Validated> {
  const { fold, count } = folds;
  requireFolds(count);
  const fits = shareRowProducts(products, count).map(async (shared, tested) => {
    try {
      const trained = Int32Array.from(labels, (label, row) => (fold[row] === tested ? -1 : label));
      return await fitLogisticProducts({ products: shared, labels: trained, classes }, options);
    } finally {
      await shared.release();
    }
  });
  const predicted = new Int32Array(labels.length);
  for (const [tested, model] of (await Promise.all(fits)).entries()) {
    const { labels: answers } = await classifyProducts(model, products);
    for (let row = 0; row < predicted.length; row++) if (fold[row] === tested) predicted[row] = answers[row];
  }
  return score(labels, predicted, classes);
}
