import { createServer } from "node:http";
import { UsageError } from "@pomona/core";

/** What a page says: a status, and text or a value to be sent as JSON. */
export interface HealthPage {
  readonly status: number;
  readonly body: string | object;
  readonly type?: string;
}

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  readonly pages: Readonly<Record<string, () => HealthPage | Promise<HealthPage>>>;
}

/** Serves pages for probes and scrapers: read-only, without anything that is a secret. Returns what ends it. */
export async function serveHealth({ host, port, pages }: HealthServerOptions): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    void (async () => {
      const { status, body, type } = await answer(request.method ?? "", request.url ?? "");
      const isText = typeof body === "string";
      response.writeHead(status, { "content-type": type ?? (isText ? "text/plain" : "application/json") });
      response.end(isText ? body : `${JSON.stringify(body)}\n`);
    })();
  });
  async function answer(method: string, url: string): Promise<HealthPage> {
    if (method !== "GET" && method !== "HEAD") return { status: 405, body: "only GET\n" };
    const page = pages[url.split("?")[0] ?? ""];
    if (page === undefined) return { status: 404, body: `here are ${Object.keys(pages).join(", ")}\n` };
    try {
      return await page();
    } catch (error) {
      return { status: 500, body: `${error instanceof Error ? error.message : error}\n` };
    }
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, host, port)));
    server.listen(port, host, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

function portError(error: NodeJS.ErrnoException, host: string, port: number): UsageError {
  const why = error.code === "EADDRINUSE" ? "is in use" : error.message;
  return new UsageError("health-port", `port ${port} of ${host}, for health checks, ${why}`, {
    remedy: "Give another --health-port, or 0 for none.",
    cause: error,
  });
}
