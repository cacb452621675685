import { z } from "zod";

const units: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** A whole number given as a number or in digits. */
export function whole(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) {
  return parsed(`a whole number from ${minimum}${maximum < 1e9 ? ` to ${maximum}` : ""}`, (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum ? value : undefined;
  });
}

/** A time in seconds: `20`, `20s`, `2min`. */
export function seconds() {
  return parsed("a time such as 20, 20s or 2min", (text) => {
    const match = /^(\d+)\s*(s|min)?$/.exec(text);
    return match === null ? undefined : Number(match[1]) * (match[2] === "min" ? 60 : 1);
  });
}

/** A share of a whole: `0.05`, `5%`. */
export function fraction() {
  return parsed("a share such as 0.05 or 5%", (text) => {
    const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text);
    if (match === null) return undefined;
    const value = Number(match[1]) / (match[2] === "%" ? 100 : 1);
    return value <= 1 ? value : undefined;
  });
}

/** A size in bytes: `1048576`, `64MiB`, `20 MB`. */
export function bytes() {
  return parsed("a size such as 1048576 or 64MiB", (text) => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
    const unit = units[match?.[2]?.toLowerCase() ?? "?"];
    return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
  });
}

/** What computes: `auto`, `cpu`, `gpu` or `gpu:<n>`. */
export function device() {
  type Device = "auto" | "cpu" | "gpu" | `gpu:${number}`;
  const isDevice = (value: string): value is Device => /^(auto|cpu|gpu(:\d+)?)$/.test(value);
  return z.string().refine(isDevice, { error: "expected auto, cpu, gpu or the number of a GPU as gpu:1" });
}

/** Values separated by commas, or an array of them. */
export function list<T extends z.ZodType<string>>(item: T) {
  return z.preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(",")
            .map((part) => part.trim())
            .filter(Boolean)
        : value,
    z.array(item),
  );
}

function parsed(expectation: string, parse: (text: string) => number | undefined) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const result = parse(String(value).trim());
    if (result !== undefined) return result;
    context.addIssue({ code: "custom", message: `expected ${expectation}, got ${JSON.stringify(value)}` });
    return z.NEVER;
  });
}
