import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** Where the channel is: planes one after the other, or three values a pixel. */
export type InputLayout = "nchw" | "nhwc";

/** A network of the user's own, as it was asked for. What is left out is taken from its sidecar, its graph, or assumed. */
export interface OnnxNetworkOptions {
  /** An absolute path. */
  readonly file: string;
  /** The value that is the features; default: the graph's only output. */
  readonly output?: string | undefined;
  /** Height and width, pixels. */
  readonly inputSize?: number | undefined;
  readonly inputLayout?: InputLayout | undefined;
  readonly inputChannels?: "rgb" | "bgr" | undefined;
  /** `unit`, `symmetric`, `imagenet`, `none`, or `mean,mean,mean/std,std,std` of values from 0 to 1. */
  readonly inputNormalisation?: string | undefined;
}

export interface OnnxNetwork extends OnnxNetworkOptions {
  readonly bytes: Uint8Array;
  /** Of the file. */
  readonly sha256: string;
}

/** Names that a sidecar may hold; the same as the options'. */
const sidecarNames = ["output", "inputSize", "inputLayout", "inputChannels", "inputNormalisation"] as const;

/** Reads the network, and what `<file>.json` beside it says of its input where the options do not. */
export async function readOnnxNetwork(options: OnnxNetworkOptions): Promise<OnnxNetwork> {
  const { file } = options;
  const bytes = await readFile(file).catch((cause: Error) => {
    throw new Error(`${file}: the network can't be read: ${cause.message}. Correct --model.`, { cause });
  });
  const sidecar = await readSidecar(`${file}.json`);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...sidecar, file, ...given, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function readSidecar(file: string): Promise<Omit<OnnxNetworkOptions, "file">> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new Error(`${file}: what it says of the network can't be read: ${cause.message}. Correct or remove it.`, {
      cause,
    });
  });
  if (text === undefined) return {};
  const value = parseObject(text, file);
  const unknown = Object.keys(value).filter((name) => !(sidecarNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new Error(`${file}: unknown ${unknown.join(", ")}. It may hold ${sidecarNames.join(", ")}.`);
  }
  for (const [name, allowed] of Object.entries(allowedValues)) {
    const found = value[name];
    if (found === undefined || allowed(found)) continue;
    throw new Error(`${file}: ${name}: ${JSON.stringify(found)} is no such value. See pomona run --help.`);
  }
  return value;
}

const allowedValues: Readonly<Record<(typeof sidecarNames)[number], (value: unknown) => boolean>> = {
  output: (value) => typeof value === "string",
  inputSize: (value) => Number.isInteger(value) && Number(value) > 0,
  inputLayout: (value) => value === "nchw" || value === "nhwc",
  inputChannels: (value) => value === "rgb" || value === "bgr",
  inputNormalisation: (value) => typeof value === "string",
};

function parseObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${file} holds no JSON object.`);
}
