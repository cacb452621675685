import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { codeOfS3Error } from "./s3-errors.ts";
import { S3Handler } from "./s3-handler.ts";
import type { S3Options } from "./s3-options.ts";

/** Where AWS's own tools look when no region is known. */
const defaultRegion = "us-east-1";

/** A client that resolves credentials, region and profile as every AWS tool does. Nothing is sent yet. */
export async function createS3Client(options: S3Options): Promise<S3Client> {
  const client = new S3Client(configOf(options));
  const known = await client.config.region().then(
    () => true,
    () => false,
  );
  return known
    ? watched(client, options)
    : watched(new S3Client(configOf({ ...options, region: defaultRegion })), options);
}

function configOf(options: S3Options): S3ClientConfig {
  const {
    endpoint,
    region,
    checksums = "when-supported",
    timeoutMs = 30_000,
    maxAttempts = 5,
    maxSockets = 256,
  } = options;
  const { forcePathStyle = endpoint !== undefined && !/\.amazonaws\.com(\.cn)?(:|\/|$)/.test(endpoint) } = options;
  const mode = checksums === "when-required" ? "WHEN_REQUIRED" : "WHEN_SUPPORTED";
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    forcePathStyle,
    requestChecksumCalculation: mode,
    responseChecksumValidation: mode,
    maxAttempts,
    retryMode: "standard",
    // It would open a connection for each big upload.
    expectContinueHeader: false,
    requestHandler: new S3Handler({ timeoutMs, maxSockets }),
  };
}

/** Answers that a caller asked for. */
const noFailures = new Set(["AbortError", "InvalidRange", "NoSuchKey", "PreconditionFailed"]);

/** Tells of each failed request; the SDK itself tells only of the last one. */
function watched(client: S3Client, { onFailedRequest }: S3Options): S3Client {
  if (onFailedRequest === undefined) return client;
  const listener =
    <Request, Answer>(next: (request: Request) => Promise<Answer>, { commandName = "" }: { commandName?: string }) =>
    async (request: Request): Promise<Answer> => {
      try {
        return await next(request);
      } catch (error) {
        const code = codeOfS3Error(error);
        if (!noFailures.has(code)) onFailedRequest({ command: commandName, code });
        throw error;
      }
    };
  const relation = { relation: "after", toMiddleware: "retryMiddleware", name: "pomonaFailureListener" } as const;
  client.middlewareStack.addRelativeTo(listener, relation);
  return client;
}
