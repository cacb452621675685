/** A person at a dashboard, without a browser. */
export interface DashboardClient {
  /** A page or an answer of the API, read to its end. Throws where it is no success. */
  get(path: string): Promise<{ readonly body: string; readonly seconds: number }>;
  /** Follows a page's events until the first one, or for as long as the signal allows. */
  firstEvent(path: string, signal?: AbortSignal): Promise<{ readonly body: string; readonly seconds: number }>;
}

/** Logs in as somebody. */
export async function logInTo(url: string, name: string, password: string): Promise<DashboardClient> {
  const form = new URLSearchParams({ name, password });
  const answer = await fetch(`${url}/login`, { method: "POST", body: form, redirect: "manual" });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (cookie === undefined) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url + path, { ...init, headers: { cookie } });
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    async get(path) {
      const startedAt = performance.now();
      const body = await (await ask(path)).text();
      return { body, seconds: (performance.now() - startedAt) / 1000 };
    },
    async firstEvent(path, signal) {
      const startedAt = performance.now();
      const response = await ask(path, signal === undefined ? {} : { signal });
      let body = "";
      for await (const chunk of response.body ?? []) {
        body += Buffer.from(chunk).toString();
        if (body.includes("\ndata: ") && body.endsWith("\n\n")) break;
      }
      return { body, seconds: (performance.now() - startedAt) / 1000 };
    },
  };
}
