import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const repository: string = fromHere("../..");

/** The program as npm links it. */
export const pomonaBin: string = fromHere("../../packages/pomona/bin/pomona.js");

/** The 300 real photos, which are not part of the repository. */
const realPhotos = fromHere("../../../shared/data/fruits/Test");
export const photosFolder: string | undefined = existsSync(realPhotos) ? realPhotos : undefined;

const realWeights = ["../../models", "../../../shared/models"]
  .map((folder) => fromHere(`${folder}/mobilenet_v2_1.0_224.h5`))
  .find((file) => existsSync(file));

/** ImageNet weights where they are at hand, else a random network, which serves to test everything but the numbers. */
export const weights: string = realWeights ?? "untrained";
