import { PomonaError, UsageError } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { ApiTokens } from "../../src/api/api-tokens.ts";
import { createApi } from "../../src/api/create-api.ts";
import type { PoolOperations } from "../../src/api/pool-operations.ts";
import { serveApi } from "../../src/api/serve-api.ts";

const token = "0123456789abcdef";
const run = "20260101-120000-aaaaaa";

/** An API whose operations answer what they were asked, or fail. */
function api(failure?: Error) {
  const faults: unknown[] = [];
  const asked: unknown[] = [];
  const answer = <T>(what: unknown, value: T): Promise<T> => {
    asked.push(what);
    return failure === undefined ? Promise.resolve(value) : Promise.reject(failure);
  };
  const operations = {
    submit: (request) => answer(request, { run, outcome: "submitted", out: request.out }),
    list: (last) => answer({ last }, []),
    status: (id) => answer({ id }, { run: id, state: "running" } as Awaited<ReturnType<PoolOperations["status"]>>),
    operate: (operation, id) => answer({ operation, id }, { changed: true }),
    retry: (id, selection) => answer({ retry: id, selection }, { changed: true }),
  } satisfies PoolOperations;
  const handle = createApi({ tokens: new ApiTokens([token]), operations, onFault: (error) => faults.push(error) });
  const ask = (
    method: string,
    url: string,
    body: unknown = "",
    authorization: string | undefined = `Bearer ${token}`,
  ) =>
    handle({ method, url, authorization, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) });
  return { ask, faults, asked, handle };
}

describe("the JSON API", () => {
  test("takes a run and says where it is", async () => {
    const { ask, asked } = api();
    expect(await ask("POST", "/v1/runs", { input: "/i", out: "/o", config: { components: 3 } })).toEqual({
      status: 201,
      headers: { location: `/v1/runs/${run}` },
      body: { run, outcome: "submitted", out: "/o" },
    });
    expect(asked).toEqual([{ input: "/i", out: "/o", config: { components: 3 }, overwrite: false, refit: false }]);
  });

  test("shows runs and does what operators ask", async () => {
    const { ask, asked } = api();
    expect(await ask("GET", "/v1/runs?last=3")).toEqual({ status: 200, body: { runs: [] } });
    expect(await ask("GET", `/v1/runs/${run}`)).toMatchObject({ status: 200, body: { run, state: "running" } });
    for (const operation of ["cancel", "pause", "resume", "retry"]) {
      expect(await ask("POST", `/v1/runs/${run}/${operation}`)).toEqual({ status: 200, body: { run, changed: true } });
    }
    expect(asked.slice(0, 3)).toEqual([{ last: 3 }, { id: run }, { operation: "cancel", id: run }]);
    await ask("POST", `/v1/runs/${run}/retry`, { paths: ["a.jpg"], reasons: ["truncated"] });
    expect(asked.slice(-2)).toEqual([
      { retry: run, selection: {} },
      { retry: run, selection: { paths: ["a.jpg"], reasons: ["truncated"] } },
    ]);
  });

  test("answers nothing without a token, whatever is asked", async () => {
    const { handle, asked } = api();
    for (const url of ["/v1/runs", "/v1/nothing", "/"]) {
      for (const authorization of [undefined, "Bearer wrong"]) {
        const answer = await handle({ method: "GET", url, authorization, body: new Uint8Array() });
        expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
      }
    }
    expect(asked).toEqual([]);
  });

  test.each([
    ["GET", "/v1/nothing", "", 404, "unknown-route"],
    ["DELETE", "/v1/runs", "", 405, "bad-method"],
    ["GET", "/v1/runs?last=0", "", 400, "bad-request"],
    ["POST", "/v1/runs", "{", 400, "bad-request"],
    ["POST", "/v1/runs", { input: "/i" }, 400, "bad-request"],
    ["POST", "/v1/runs", { input: "/i", out: "/o", config: { redis: "redis://evil" } }, 400, "bad-request"],
    ["POST", "/v1/runs", { input: "/i", out: "/o", config: { s3Endpoint: "http://evil" } }, 400, "bad-request"],
    ["POST", "/v1/runs", { input: "/i", out: "/o", more: 1 }, 400, "bad-request"],
    ["POST", `/v1/runs/${run}/retry`, { path: "a.jpg" }, 400, "bad-request"],
    ["POST", `/v1/runs/${run}/retry`, { paths: [] }, 400, "bad-request"],
    ["GET", "/v1/runs/..%2f..%2fsecret", "", 404, "unknown-route"],
  ])("%s %s with %j is answered %i", async (method, url, body, status, code) => {
    const { ask, asked } = api();
    expect(await ask(method, url, body)).toMatchObject({ status, body: { error: { code } } });
    expect(asked).toEqual([]);
  });

  test.each([
    [new UsageError("unknown-run", "no"), 404],
    [new UsageError("run-ended", "no"), 409],
    [new UsageError("bad-option", "no", { remedy: "do" }), 400],
    [new PomonaError("not-allowed", "no"), 403],
    [new PomonaError("storage-unavailable", "no"), 503],
    [new PomonaError("anything", "no"), 422],
  ])("gives the words of an error with its status", async (error, status) => {
    const { code, message, remedy } = error;
    const body = { error: { code, message, ...(remedy && { remedy }) } };
    expect(await api(error).ask("GET", `/v1/runs/${run}`)).toEqual({ status, body });
  });

  test("keeps faults of ours to the log", async () => {
    const fault = new Error("redis://:secret@host");
    const { ask, faults } = api(fault);
    const answer = await ask("GET", `/v1/runs/${run}`);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(faults).toEqual([fault]);
  });

  test("over HTTP refuses large bodies, and says when its port is taken", async () => {
    const { handle } = api();
    const served = await serveApi({ api: handle, port: 0, host: "127.0.0.1" });
    const address = `http://127.0.0.1:${served.port}/v1/runs`;
    const headers = { authorization: `Bearer ${token}` };
    const body = "x".repeat(100_000);
    expect((await fetch(address, { method: "POST", headers, body })).status).toBe(413);
    expect((await fetch(address)).status).toBe(401);
    const answer = await fetch(address, { headers });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    await expect(serveApi({ api: handle, port: served.port, host: "127.0.0.1" })).rejects.toMatchObject({
      code: "api-port",
    });
    await served.close();
  });
});
