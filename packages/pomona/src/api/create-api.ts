import { decodeRetryRequest, decodeSubmitRequest, exitCodes, PomonaError } from "@pomona/core";
import { describeError } from "../describe-error.ts";
import type { ApiTokens } from "./api-tokens.ts";
import type { PlainOperation, PoolOperations } from "./pool-operations.ts";

export interface ApiRequest {
  readonly method: string;
  /** Path with query, as in the first line of a request. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

export interface ApiOptions {
  readonly tokens: ApiTokens;
  readonly operations: PoolOperations;
  /** Told of faults of ours; the caller gets no more than that there was one. */
  readonly onFault?: (error: unknown) => void;
}

export type Api = (request: ApiRequest) => Promise<ApiResponse>;

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly answer: (
    operations: PoolOperations,
    request: ApiRequest & { readonly match: readonly string[]; readonly query: URLSearchParams },
  ) => Promise<ApiResponse>;
}

const routes: readonly Route[] = [
  {
    method: "POST",
    path: /^\/v1\/runs$/,
    async answer(operations, { body }) {
      const submitted = await operations.submit(decodeSubmitRequest(body));
      const status = submitted.outcome === "submitted" ? 201 : 200;
      return { status, headers: { location: `/v1/runs/${submitted.run}` }, body: submitted };
    },
  },
  {
    method: "GET",
    path: /^\/v1\/runs$/,
    async answer(operations, { query }) {
      const last = Number(query.get("last") ?? 50);
      if (!Number.isInteger(last) || last < 1 || last > 1000) throw badRequest("last is no number from 1 to 1000");
      return { status: 200, body: { runs: await operations.list(last) } };
    },
  },
  {
    method: "GET",
    path: /^\/v1\/runs\/([\w-]+)$/,
    answer: async (operations, { match }) => ({ status: 200, body: await operations.status(match[1] ?? "") }),
  },
  {
    method: "POST",
    path: /^\/v1\/runs\/([\w-]+)\/(cancel|pause|resume)$/,
    async answer(operations, { match }) {
      const [, run = "", operation = ""] = match;
      return { status: 200, body: { run, ...(await operations.operate(operation as PlainOperation, run)) } };
    },
  },
  {
    method: "POST",
    path: /^\/v1\/runs\/([\w-]+)\/retry$/,
    async answer(operations, { match: [, run = ""], body }) {
      return { status: 200, body: { run, ...(await operations.retry(run, decodeRetryRequest(body))) } };
    },
  },
];

/** Statuses that tell more than that the request was wrong. */
const statusOfCode: Readonly<Record<string, number>> = {
  unauthorized: 401,
  "not-allowed": 403,
  "unknown-run": 404,
  "unknown-route": 404,
  "bad-method": 405,
  "run-ended": 409,
  "run-publishing": 409,
  "run-replaced": 409,
  "output-in-use": 409,
  "features-differ": 409,
  "model-differs": 409,
  "shards-cleaned": 409,
  "not-finished": 409,
  "nothing-to-retry": 409,
  "foreign-output": 409,
  // Weather: the same request may succeed later.
  "storage-unavailable": 503,
  "redis-unreachable": 503,
};

/** The JSON API of a coordinator, for schedulers. Nothing is answered without a token, not even which routes there are. */
export function createApi({ tokens, operations, onFault = () => {} }: ApiOptions): Api {
  return async (request) => {
    try {
      if (!tokens.accept(request.authorization)) throw unauthorized();
      return await answer(operations, request);
    } catch (error) {
      if (!(error instanceof PomonaError)) onFault(error);
      return failure(error);
    }
  };
}

async function answer(operations: PoolOperations, request: ApiRequest): Promise<ApiResponse> {
  const [pathname = "", search] = request.url.split("?", 2);
  const query = new URLSearchParams(search);
  const here = routes.filter(({ path }) => path.test(pathname));
  if (here.length === 0) {
    throw new PomonaError("unknown-route", "there is nothing at this address", { remedy: "Runs are at /v1/runs." });
  }
  const route = here.find(({ method }) => method === request.method);
  if (route === undefined) {
    throw new PomonaError("bad-method", `${request.method} is not possible here`, {
      remedy: `Use ${here.map(({ method }) => method).join(" or ")}.`,
    });
  }
  return route.answer(operations, { ...request, match: route.path.exec(pathname) ?? [], query });
}

function failure(error: unknown): ApiResponse {
  const described = describeError(error);
  if (described.stack !== undefined || !(error instanceof PomonaError)) {
    return { status: 500, body: { error: { code: "internal", message: "the coordinator failed; see its log" } } };
  }
  const { code, message, remedy, exitCode } = described;
  const status = statusOfCode[code] ?? (exitCode === exitCodes.usage ? 400 : 422);
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : undefined;
  return { status, ...(headers && { headers }), body: { error: { code, message, ...(remedy && { remedy }) } } };
}

function unauthorized(): PomonaError {
  return new PomonaError("unauthorized", "a token is missing or wrong", {
    remedy: "Send the header Authorization: Bearer <token>.",
  });
}

function badRequest(message: string): PomonaError {
  return new PomonaError("bad-request", message, { exitCode: exitCodes.usage });
}
