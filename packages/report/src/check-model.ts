import type { ObjectStore, Success } from "@pomona/core";
import { messageOf } from "./message-of.ts";
import { type Model, modelDifferences, readPublishedModel, readRunModel } from "./read-model.ts";
import { type Check, failed, judge } from "./validation.ts";

/** The published model is readable, fits `_SUCCESS`, and is the one that the fit wrote. */
export async function checkModel(
  out: ObjectStore,
  success: Success,
): Promise<{ check: Check; model: Model | undefined }> {
  const name = "model";
  try {
    const published = await readPublishedModel(out);
    const made = await readRunModel(out, success);
    const { dimension, components, constantColumns } = success.model;
    const { scaler, pca } = made ?? published;
    const faults = made === undefined ? [] : modelDifferences(made, published).map((part) => `${part} differs`);
    const shape = [scaler.mean.length, pca.dimension, pca.k, scaler.constantColumns.length].join();
    if (shape !== [dimension, dimension, components, constantColumns].join()) {
      return { check: failed(name, "its dimensions are not those of _SUCCESS"), model: undefined };
    }
    const source = made === undefined ? "model/" : "model/ equals what the fit wrote";
    return {
      check: judge(name, faults, `${source}: ${dimension} features, ${components} components`),
      model: { scaler, pca },
    };
  } catch (error) {
    return { check: failed(name, messageOf(error)), model: undefined };
  }
}
