import { MissingObjectError, PomonaError, StoreUnavailableError, UsageError } from "@pomona/core";
import { BodyError } from "./file-error.ts";
import type { S3Place } from "./s3-place.ts";

type StoreOperation = StoreUnavailableError["operation"];

/** What an error of the SDK says, without the request and its credentials, which the error itself holds. */
interface S3Fault {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
  /** Where S3 says that the bucket is. */
  readonly region: string | undefined;
  readonly storageClass: string | undefined;
}

/** A clean error to be the cause of ours. */
class S3Error extends Error {
  override readonly name = "S3Error";
}

/** The permission that each operation needs. */
const actions: Readonly<Record<StoreOperation, string>> = {
  get: "s3:GetObject",
  put: "s3:PutObject",
  list: "s3:ListBucket",
  stat: "s3:GetObject",
  delete: "s3:DeleteObject",
};

/** Answers to HEAD have no body that would name the error. */
const codesOfStatus: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  403: "AccessDenied",
  404: "NoSuchKey",
  412: "PreconditionFailed",
  416: "InvalidRange",
};
const nameless = new Set(["", "Error", "Unknown", "UnknownError", "Forbidden", "NotFound"]);

/** What helps against weather that does not pass by itself. */
const remedies: readonly (readonly [codes: RegExp, remedy: string])[] = [
  [
    /Credentials|^(?:InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|AuthorizationHeaderMalformed)/,
    "Check the credentials: a profile (AWS_PROFILE), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or this machine's role.",
  ],
  [
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/,
    "Check --s3-endpoint, --s3-region and the network.",
  ],
  [/^RequestTimeTooSkewed/, "Set the clock of this machine."],
];

/** Errors of the request itself: sending it again would not help. Everything else is weather. */
const refusals = new Set([
  "EntityTooLarge",
  "InvalidArgument",
  "InvalidBucketName",
  "InvalidRequest",
  "KeyTooLongError",
  "MalformedXML",
  "MethodNotAllowed",
  "NotImplemented",
]);

export function codeOfS3Error(error: unknown): string {
  return faultOf(error).code;
}

/** Failures of S3 become the errors of the ObjectStore contract; all others pass. */
export function toS3StoreError(operation: StoreOperation, key: string, place: S3Place, error: unknown): unknown {
  if (error instanceof BodyError) return error.cause;
  if (!isOfS3(error)) return error;
  const fault = faultOf(error);
  const { uri, bucket, options } = place;
  const where = `${uri}${key}`;
  if (fault.code === "NoSuchKey") {
    return operation === "get" ? new MissingObjectError(key, uri) : weather(operation, key, uri, fault);
  }
  if (fault.code === "NoSuchBucket") {
    return new UsageError("no-such-bucket", `there is no bucket ${bucket} at ${options.endpoint ?? "S3"}`, {
      remedy: "Check the name, the account and --s3-endpoint; Pomona creates no buckets.",
    });
  }
  if (fault.region !== undefined && [301, 307, 400].includes(fault.status ?? 0)) {
    return new UsageError("wrong-region", `bucket ${bucket} is in region ${fault.region}, not in the one asked`, {
      remedy: `Give --s3-region ${fault.region}, or set AWS_REGION=${fault.region}.`,
    });
  }
  if (fault.code === "InvalidObjectState") {
    const storage = fault.storageClass ?? "an archive class";
    return new PomonaError("archived-object", `${where} is archived (storage class ${storage}) and cannot be read`, {
      remedy: "Restore it first (aws s3api restore-object), or leave such objects out with --glob or a list of keys.",
    });
  }
  if (refusals.has(fault.code)) {
    return new PomonaError("storage-refused", `S3 refuses to ${operation} ${where}: ${describe(fault)}`, {
      cause: new S3Error(describe(fault)),
      remedy:
        fault.code === "NotImplemented"
          ? "The server lacks this function of S3; --s3-checksums when-required helps with some."
          : "See the documentation of the server for this code.",
    });
  }
  return weather(operation, key, uri, fault);
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return isOfS3(error) && codes.includes(codeOfS3Error(error));
}

/** Times that the SDK sent the request. */
export function attemptsOf(error: unknown): number {
  return (error as Partial<SdkError>).$metadata?.attempts ?? 1;
}

function weather(operation: StoreOperation, key: string, uri: string, fault: S3Fault): StoreUnavailableError {
  const denied = fault.code === "AccessDenied" ? `; these credentials need ${actions[operation]} there` : "";
  const [, remedy] = remedies.find(([codes]) => codes.test(fault.code)) ?? [];
  const isDenied = fault.status === 401 || fault.status === 403 || fault.code === "CredentialsProviderError";
  return new StoreUnavailableError(operation, key, uri, new S3Error(describe(fault) + denied), { remedy, isDenied });
}

function describe({ code, status, message }: S3Fault): string {
  const numbered = status === undefined ? code : `${code} (HTTP ${status})`;
  return message === "" || message === code ? numbered : `${numbered}: ${message}`;
}

/** Errors of our own, such as a bad range, are no concern of S3; those of the SDK and of sockets are. */
function isOfS3(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof PomonaError || error instanceof StoreUnavailableError) return false;
  return "$metadata" in error || "$response" in error || "code" in error || "tryNextLink" in error || isTimeout(error);
}

const isTimeout = ({ name }: Error): boolean => name === "TimeoutError" || name === "AbortError";

function faultOf(error: unknown): S3Fault {
  const { name, code, message, $metadata, $response, StorageClass, Region } = (error ?? {}) as Partial<SdkError>;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const named = nameless.has(name ?? "") ? undefined : name;
  return {
    code: named ?? code ?? codesOfStatus[status ?? 0] ?? (status === undefined ? (name ?? "Error") : `HTTP ${status}`),
    status,
    message: publicText(message ?? ""),
    region: Region ?? $response?.headers?.["x-amz-bucket-region"],
    storageClass: StorageClass,
  };
}

/** What the SDK adds to an Error; none of it is certain to be there. */
interface SdkError {
  name: string;
  code: string;
  message: string;
  $metadata: { httpStatusCode?: number; attempts?: number };
  $response: { statusCode?: number; headers?: Record<string, string> };
  StorageClass: string;
  Region: string;
}

/** One line, and nothing that signs a request. */
function publicText(message: string): string {
  const [line = ""] = message.split("\n");
  return line
    .replaceAll(/(X-Amz-(?:Signature|Credential|Security-Token))=[^&\s]*/gi, "$1=…")
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, "…")
    .slice(0, 300);
}
