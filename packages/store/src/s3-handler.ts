/// <reference path="./proxy-from-env.d.ts" />
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";

const connectionTimeoutMs = 10_000;

export interface S3HandlerOptions {
  /** Silence on a connection after which its request, or the body being read from it, fails. */
  readonly timeoutMs: number;
  readonly maxSockets: number;
}

type Request = Parameters<NodeHttpHandler["handle"]>[0];
type Response = ReturnType<NodeHttpHandler["handle"]>;

/**
 * Sends the SDK's requests, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name for each host.
 * Also the credential providers' requests go this way.
 */
export class S3Handler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #options: S3HandlerOptions;
  readonly #handlers = new Map<string, NodeHttpHandler>();

  constructor(options: S3HandlerOptions) {
    this.#options = options;
  }

  handle(request: Request, options?: Parameters<NodeHttpHandler["handle"]>[1]): Response {
    const { protocol, hostname, port } = request;
    const proxy = getProxyForUrl(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}/`);
    const known = this.#handlers.get(proxy);
    if (known !== undefined) return known.handle(request, options);
    const made = makeHandler(proxy, this.#options);
    this.#handlers.set(proxy, made);
    return made.handle(request, options);
  }

  /** The SDK offers settings of its own here; ours are complete. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  destroy(): void {
    for (const handler of this.#handlers.values()) handler.destroy();
  }
}

function makeHandler(proxy: string, { timeoutMs, maxSockets }: S3HandlerOptions): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets };
  const proxied = proxy === "" ? undefined : new HttpsProxyAgent(proxy, agent);
  return new NodeHttpHandler({
    // Counted on the connection, so that a request that waits for a free one is not abandoned.
    socketTimeout: timeoutMs,
    connectionTimeout: connectionTimeoutMs,
    httpAgent: proxied ?? new HttpAgent(agent),
    httpsAgent: (proxied as HttpsAgent | undefined) ?? new HttpsAgent(agent),
  });
}
