import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the proxy does to a request instead of, or while, passing it on. */
export type Fault =
  | { readonly kind: "answer"; readonly status: number; readonly code: string }
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  | { readonly kind: "delay"; readonly ms: number }
  /** Never answered. */
  | { readonly kind: "hang" }
  /** The connection breaks at once, as if nobody listened. */
  | { readonly kind: "drop" }
  /** Passed on and done; its answer is lost. */
  | { readonly kind: "lose-answer"; readonly onDone?: () => void };

export interface FaultProxy {
  readonly endpoint: string;
  /** Requests that came. */
  readonly requests: number;
  /** Faults that were done. */
  readonly faults: number;
  /** Clients' connections that are open now. */
  readonly connections: { readonly open: number };
  /** Decides about each request from now on; undefined passes it on. */
  inject(choose: (request: { method: string; url: string; ordinal: number }) => Fault | undefined): void;
  /** Tells of each answer that was passed on as it came, from now on. */
  watch(see: (answer: { method: string; url: string; status: number }) => void): void;
  close(): Promise<void>;
}

/** An HTTP proxy in front of an S3 server. The Host header stays the client's, since signatures cover it. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  let choose: Parameters<FaultProxy["inject"]>[0] = () => undefined;
  let see: Parameters<FaultProxy["watch"]>[0] = () => {};
  const counts = { requests: 0, faults: 0, open: 0 };
  const server = createServer((request, response) => {
    counts.requests += 1;
    const { method = "GET", url = "/" } = request;
    const fault = choose({ method, url, ordinal: counts.requests });
    if (fault !== undefined) counts.faults += 1;
    handle(request, response, fault);
  });
  server.on("connection", (socket) => {
    counts.open += 1;
    socket.on("close", () => {
      counts.open -= 1;
    });
  });
  // A client that the server forgets must not wait for it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function handle(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    if (fault?.kind === "hang") return;
    if (fault?.kind === "drop") {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === "answer") {
      const { status, code } = fault;
      request.resume();
      request.on("end", () => {
        response.writeHead(status, { "content-type": "application/xml" });
        response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`);
      });
      return;
    }
    setTimeout(() => pass(request, response, fault), fault?.kind === "delay" ? fault.ms : 0);
  }

  function pass(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const { method, url, headers } = request;
    const onward = forward({ hostname, port, method, path: url, headers, agent, setHost: false }, (answer) => {
      if (fault?.kind === "lose-answer") {
        answer.resume();
        answer.on("end", () => {
          fault.onDone?.();
          request.socket.destroy();
        });
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (fault?.kind === "reset") breakAfter(fault.afterBytes, answer, response);
      else answer.pipe(response);
      if (fault === undefined) {
        answer.on("end", () => see({ method: method ?? "GET", url: url ?? "/", status: answer.statusCode ?? 502 }));
      }
    });
    onward.on("error", () => request.socket.destroy());
    // What the client no longer wants need not be fetched.
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return counts.requests;
    },
    get faults() {
      return counts.faults;
    },
    get connections() {
      return { open: counts.open };
    },
    inject: (next) => {
      choose = next;
    },
    watch: (next) => {
      see = next;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

function breakAfter(bytes: number, answer: IncomingMessage, response: ServerResponse): void {
  let done = 0;
  answer.on("data", (chunk: Buffer) => {
    const left = bytes - done;
    done += chunk.length;
    if (done < bytes) response.write(chunk);
    else response.write(chunk.subarray(0, Math.max(0, left)), () => response.destroy());
  });
  answer.on("end", () => response.destroy());
}
