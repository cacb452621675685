/** A page or an answer of the API, read to its end. */
export interface Answer {
  readonly body: string;
  readonly seconds: number;
}

/** A person at a dashboard, without a browser. Throws where an answer is no success. */
export interface DashboardClient {
  get(path: string): Promise<Answer>;
  /** The first event of a page, and how long it took. */
  firstEvent(path: string): Promise<Answer>;
  /** What a page is told, piece by piece, until the signal ends it. */
  events(path: string, signal: AbortSignal): AsyncIterable<string>;
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
  async function* events(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const { body } = await ask(path, { signal });
    for await (const chunk of body ?? []) yield Buffer.from(chunk).toString();
  }
  return {
    events,
    async get(path) {
      const startedAt = performance.now();
      const body = await (await ask(path)).text();
      return { body, seconds: (performance.now() - startedAt) / 1000 };
    },
    async firstEvent(path) {
      const startedAt = performance.now();
      const enough = new AbortController();
      let body = "";
      for await (const chunk of events(path, enough.signal)) {
        body += chunk;
        if (/^data: .*\n\n/m.test(body)) break;
      }
      const seconds = (performance.now() - startedAt) / 1000;
      enough.abort();
      return { body, seconds };
    },
  };
}
