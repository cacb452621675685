import type { MachineConfig } from "@pomona/core";

/** How S3 is spoken to. Credentials are not among it: they come from the SDK's default chain only. */
export interface S3Options {
  /** Address of an S3-compatible server. Default: AWS, or what `AWS_ENDPOINT_URL_S3` says. */
  readonly endpoint?: string | undefined;
  /** Default: `AWS_REGION` or the profile's, else us-east-1. */
  readonly region?: string | undefined;
  /** `host/bucket/key` instead of `bucket.host/key`. Default: where `endpoint` is given and is not of AWS. */
  readonly forcePathStyle?: boolean | undefined;
  /** Agree to pay for the requests and the traffic of a requester-pays bucket. */
  readonly requestPayer?: boolean | undefined;
  /** KMS key that encrypts what is written. Default: the bucket's own rule. */
  readonly kmsKeyId?: string | undefined;
  /** `when-required` for servers that refuse the SDK's checksums. Default `when-supported`. */
  readonly checksums?: "when-supported" | "when-required" | undefined;
  /** Milliseconds without a byte after which a request or a body is abandoned. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Times that one request is sent, pauses growing between them. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** Connections to one host; must not be less than the requests that run at a time. Default 256. */
  readonly maxSockets?: number | undefined;
  /** Bytes of a part of a big upload, at least 5 MiB but on servers that allow less. Default 8 MiB. */
  readonly partBytes?: number | undefined;
  /** Objects above this are copied in parts of this size. Default 1 GiB; S3 copies at most 5 GiB at once. */
  readonly copyPartBytes?: number | undefined;
  /** Told of each request that failed, whether it is sent again or not. */
  readonly onFailedRequest?: ((failure: S3RequestFailure) => void) | undefined;
}

export interface S3RequestFailure {
  /** `GetObjectCommand`, … */
  readonly command: string;
  /** `SlowDown`, `TimeoutError`, `ECONNRESET`, … */
  readonly code: string;
}

/** The options of S3 among those of a run. */
export function s3OptionsOf(machine: MachineConfig): S3Options {
  return {
    endpoint: machine.s3Endpoint,
    region: machine.s3Region,
    forcePathStyle: machine.s3PathStyle || undefined,
    requestPayer: machine.s3RequestPayer,
    kmsKeyId: machine.s3KmsKey,
    checksums: machine.s3Checksums,
  };
}
