import { z } from "zod";
import { UsageError } from "./errors.ts";
import { featureOptions, machineOptions, modelOptions } from "./options.ts";
import { parseJson } from "./parse-json.ts";

const { csv, report, maxQuarantine, discardShards, giveUpAfter } = machineOptions.shape;

/** Options that a request may set: those of the machines, such as addresses and credentials, belong to the pool. */
const requestOptions = z.strictObject({
  ...featureOptions.shape,
  ...modelOptions.shape,
  csv,
  report,
  maxQuarantine,
  discardShards,
  giveUpAfter,
});

const submitRequest = z.strictObject({
  input: z.string().min(1),
  out: z.string().min(1),
  config: z.partialRecord(requestOptions.keyof(), z.unknown()).default({}),
  overwrite: z.boolean().default(false),
  refit: z.boolean().default(false),
  notify: z.string().optional(),
});

/** The body of a request for a run. The values in `config` are checked by `resolveConfig`. */
export type SubmitRequest = z.output<typeof submitRequest>;

/** Throws {@link UsageError} `bad-request` naming what is wrong with it. */
export function decodeSubmitRequest(body: Uint8Array): SubmitRequest {
  const result = submitRequest.safeParse(parseJson(body));
  if (result.success) return result.data;
  throw new UsageError("bad-request", `the body is no request for a run: ${z.prettifyError(result.error)}`, {
    remedy:
      'Send JSON such as {"input": "s3://bucket/photos", "out": "s3://bucket/result", "config": {"components": 2}}.',
  });
}
