/** A resampling filter: its kernel and its half width, in source pixels at scale 1. */
export interface Filter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

/** Keys' cubic with a = -0.5. Each expression is ordered as in Pillow's Resample.c, so that doubles round the same. */
function bicubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

function bilinear(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

function lanczos(x: number): number {
  return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

/** The convolution filters of Pillow's `Image.resize`; `nearest` picks pixels and has no kernel. */
export const filters = {
  bicubic: { support: 2, weight: bicubic },
  bilinear: { support: 1, weight: bilinear },
  lanczos: { support: 3, weight: lanczos },
} as const satisfies Record<string, Filter>;

export type ConvolutionName = keyof typeof filters;
export type FilterName = ConvolutionName | "nearest";

export const filterNames: readonly FilterName[] = ["bicubic", "bilinear", "lanczos", "nearest"];
