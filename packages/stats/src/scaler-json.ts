import type { Scaler } from "./scaler.ts";

const NAME = "pomona.scaler";
const VERSION = 1;

/** model/scaler.json. Numbers come back to the bit: JSON of a double is its shortest exact form. */
export interface ScalerJson {
  name: typeof NAME;
  version: typeof VERSION;
  /** (x − mean) / std; 0 where std is 0. */
  input: "features";
  count: number;
  mean: number[];
  std: number[];
  constantColumns: number[];
}

export function scalerToJson({ count, mean, std, constantColumns }: Scaler): ScalerJson {
  return {
    name: NAME,
    version: VERSION,
    input: "features",
    count,
    mean: Array.from(mean),
    std: Array.from(std),
    constantColumns: [...constantColumns],
  };
}

/** @throws Error where `json` is not a scaler of this version */
export function scalerFromJson(json: unknown): Scaler {
  const { name, version, count, mean, std, constantColumns } = (json ?? {}) as Partial<ScalerJson>;
  if (name !== NAME || version !== VERSION) {
    throw new Error(`scaler: expected ${NAME} version ${VERSION}, got ${String(name)} version ${String(version)}`);
  }
  if (
    typeof count !== "number" ||
    !Array.isArray(mean) ||
    !Array.isArray(std) ||
    !Array.isArray(constantColumns) ||
    mean.length !== std.length
  ) {
    throw new Error("scaler: count, mean, std or constantColumns is missing or of another length");
  }
  return { count, mean: Float64Array.from(mean), std: Float64Array.from(std), constantColumns };
}
