import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { UsageError } from "@pomona/core";
import type { Api, ApiResponse } from "./create-api.ts";

/** A request for a run is less than a kilobyte. */
const maxBodyBytes = 64 * 1024;
const requestTimeoutMs = 30_000;

export interface ServedApi {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves an API over HTTP; TLS is an ingress's matter. Throws {@link UsageError} `api-port` where it cannot listen. */
export async function serveApi(options: {
  readonly api: Api;
  /** 0 for any. */
  readonly port: number;
  readonly host: string;
}): Promise<ServedApi> {
  const { api, port, host } = options;
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: 10_000 }, (request, response) => {
    void respond(api, request).then(({ status, headers, body }) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
      response.end(`${JSON.stringify(body)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new UsageError("api-port", `cannot listen on ${host}:${port}: ${error.message}`, {
          remedy: "Give another --api-port.",
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function respond(api: Api, request: IncomingMessage): Promise<ApiResponse> {
  const body = await readBody(request);
  if (body === undefined) {
    return {
      status: 413,
      headers: { connection: "close" },
      body: { error: { code: "too-large", message: `the body has more than ${maxBodyBytes} bytes` } },
    };
  }
  const { method = "", url = "/", headers } = request;
  return api({ method, url, authorization: headers.authorization, body });
}

/** Undefined where it is too large; a body that breaks off is answered to nobody. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return new Uint8Array();
  }
  return Buffer.concat(chunks);
}
