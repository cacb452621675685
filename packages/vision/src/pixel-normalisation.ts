import { UnreadableNetworkError } from "./unreadable-network-error.ts";

/** A value v (0…255) of channel c enters the network as (v / 255 − mean[c]) / std[c], channels in the order r, g, b. */
export interface PixelNormalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What networks are usually trained with. */
const named: Readonly<Record<string, PixelNormalisation>> = {
  // Pixels as they are.
  none: { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
  unit: { mean: [0, 0, 0], std: [1, 1, 1] },
  symmetric: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  // Of ImageNet's training images, as torchvision and timm use them.
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** @throws UnreadableNetworkError naming what is allowed */
export function parseNormalisation(text: string): PixelNormalisation {
  const known = named[text];
  if (known !== undefined) return known;
  const [mean = [], std = [], ...rest] = text.split("/").map((part) => part.split(",").map(Number));
  const isComplete = rest.length === 0 && [mean, std].every((list) => list.length === 3 && list.every(Number.isFinite));
  if (isComplete && std.every((value) => value !== 0)) return { mean, std };
  throw new UnreadableNetworkError(
    `--input-normalisation: expected ${Object.keys(named).join(", ")} or mean,mean,mean/std,std,std of values from 0 to 1, got ${JSON.stringify(text)}`,
  );
}

/** [3][256] what each byte of each channel becomes, in the order of r, g, b. */
export function normalisationTable({ mean, std }: PixelNormalisation): Float32Array[] {
  return mean.map((centre, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - centre) / std[channel]),
  );
}
