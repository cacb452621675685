import { describe, expect, test } from "vitest";
import { FakeHome, openDashboard, password } from "./fake-board.ts";

const html = "text/html,application/xhtml+xml";
const reads = [
  "/",
  "/pool",
  "/submit",
  "/runs/RUN",
  "/runs/RUN/quarantine",
  "/runs/RUN/quarantine.csv",
  "/runs/RUN/thumbnail?path=x&sig=y",
  "/events/runs",
  "/events/runs/RUN",
  "/events/pool",
  "/api/runs",
  "/api/runs/RUN",
  "/api/pool",
  "/assets/dashboard.css",
  "/assets/live.js",
  "/queues/",
  "/queues/api/queues",
  "/queues/static/js/main.js",
  "/nothing/here",
] as const;
const writes = [
  ["POST", "/runs/RUN/pause"],
  ["POST", "/runs/RUN/resume"],
  ["POST", "/runs/RUN/cancel"],
  ["POST", "/runs/RUN/retry"],
  ["POST", "/submit"],
  ["PUT", "/queues/api/queues/features/clean/completed"],
  ["POST", "/queues/api/queues/features/add"],
] as const;

async function finishedRun() {
  const home = new FakeHome();
  return { home, run: await home.add(["open", "done"]) };
}

describe("without a session", () => {
  test("no address answers, but that of the login; people are led there", async () => {
    const { home, run } = await finishedRun();
    const { app, headers } = await openDashboard(home);
    for (const path of reads) {
      const url = path.replace("RUN", run);
      expect([path, (await app.inject({ url, headers })).statusCode]).toEqual([path, 401]);
      const page = await app.inject({ url, headers: { ...headers, accept: html } });
      expect([path, page.statusCode, page.headers.location]).toEqual([
        path,
        303,
        `/login?next=${encodeURIComponent(url)}`,
      ]);
    }
    for (const [method, path] of [...writes, ["POST", "/logout"] as const]) {
      const { statusCode } = await app.inject({ method, url: path.replace("RUN", run), headers });
      expect([path, statusCode]).toEqual([path, 401]);
    }
    const login = await app.inject({ url: "/login", headers });
    expect(login.statusCode).toBe(200);
    // The page has all that it needs: there is no file that it could load.
    expect(login.body).not.toMatch(/<script|<link rel="stylesheet"|src=/);
  });

  test("a cookie of one's own making is nobody", async () => {
    const { home } = await finishedRun();
    const { app, headers } = await openDashboard(home);
    const { statusCode } = await app.inject({ url: "/", headers: { ...headers, cookie: "pomona_session=aaaa" } });
    expect(statusCode).toBe(401);
  });
});

describe("an action", () => {
  test("needs the token of the page", async () => {
    const { home, run } = await finishedRun();
    const { app, asked, logIn } = await openDashboard(home);
    const { cookie, host } = await logIn("alice");
    for (const [method, path] of [...writes, ["POST", "/logout"] as const]) {
      for (const token of [{}, { "x-csrf-token": "wrong" }]) {
        const { statusCode } = await app.inject({
          method,
          url: path.replace("RUN", run),
          headers: { cookie, host, ...token },
        });
        expect([path, statusCode]).toEqual([path, 403]);
      }
    }
    expect(asked).toEqual([]);
  });

  test("needs the role", async () => {
    const { home, run } = await finishedRun();
    const { app, asked, logIn } = await openDashboard(home);
    const headers = await logIn("bob");
    expect(headers["x-csrf-token"]).not.toBe("");
    for (const [method, path] of writes) {
      const { statusCode } = await app.inject({ method, url: path.replace("RUN", run), headers });
      expect([path, statusCode]).toEqual([path, 403]);
    }
    expect(asked).toEqual([]);
    for (const url of [`/runs/${run}`, `/runs/${run}/quarantine`]) {
      expect((await app.inject({ url, headers })).body).not.toMatch(/Pause|Cancel|>Retry/);
    }
  });

  test("is not possible where the dashboard is read-only, for operators either", async () => {
    const { home, run } = await finishedRun();
    const { app, asked, logIn } = await openDashboard(home, { readOnly: true });
    const headers = await logIn("alice");
    for (const [method, path] of writes) {
      const { statusCode } = await app.inject({ method, url: path.replace("RUN", run), headers });
      expect([path, statusCode]).toEqual([path, 405]);
    }
    expect(asked).toEqual([]);
    expect((await app.inject({ method: "POST", url: "/logout", headers })).statusCode).toBe(303);
  });

  test("of another site's page is refused, whatever it carries", async () => {
    const { home, run } = await finishedRun();
    const { app, asked, logIn } = await openDashboard(home);
    const headers = await logIn("alice");
    const url = `/runs/${run}/cancel`;
    const foreign = { ...headers, origin: "https://evil.example.org" };
    expect((await app.inject({ method: "POST", url, headers: foreign })).statusCode).toBe(403);
    expect((await app.inject({ url: "/", headers: { ...headers, host: "evil.example.org" } })).statusCode).toBe(421);
    expect(asked).toEqual([]);
  });

  test("of an operator is done under their name", async () => {
    const { home, run } = await finishedRun();
    const { app, asked, logIn } = await openDashboard(home);
    const headers = { ...(await logIn("alice")), "content-type": "application/x-www-form-urlencoded" };
    const act = (url: string, payload = "") => app.inject({ method: "POST", url, headers, payload });
    const answers = [
      await act(`/runs/${run}/pause`),
      await act(`/runs/${run}/retry`, "reason=truncated"),
      await act("/submit", "input=memory:///a&out=memory:///b&components=3&variance="),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 303, 303]);
    expect(answers[0]?.headers.location).toBe(`/runs/${run}`);
    expect(asked).toEqual([
      ["operate", "pause", run, "alice"],
      ["retry", run, { reasons: ["truncated"] }, "alice"],
      [
        "submit",
        { input: "memory:///a", out: "memory:///b", config: { components: "3" }, overwrite: false, refit: false },
        "alice",
      ],
    ]);
  });
});

describe("logging in", () => {
  test("a hundred wrong passwords are slowed down after the fifth", async () => {
    const { app, headers } = await openDashboard(new FakeHome());
    const statuses: number[] = [];
    for (let i = 0; i < 100; i++) {
      const answer = await app.inject({
        method: "POST",
        url: "/login",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
        payload: String(new URLSearchParams({ name: "alice", password: `wrong ${i}` })),
      });
      statuses.push(answer.statusCode);
      if (answer.statusCode === 429) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(12);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(85);
  });

  test("sets a cookie that scripts cannot read, and over https only for an https address", async () => {
    const home = new FakeHome();
    const plain = await openDashboard(home);
    const secure = await openDashboard(home, { publicUrl: "https://ops.example.org/a/b" });
    const cookieOf = async ({ app, headers }: typeof plain): Promise<string> => {
      const answer = await app.inject({
        method: "POST",
        url: "/login",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
        payload: String(new URLSearchParams({ name: "alice", password, next: "//evil.example.org" })),
      });
      expect(answer.headers.location).toMatch(/^(\/a\/b)?\/$/);
      return String(answer.headers["set-cookie"]);
    };
    expect(await cookieOf(plain)).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await cookieOf(secure)).toMatch(/; Path=\/a\/b; HttpOnly; SameSite=Lax; Secure$/);
  });

  test("ends with logging out", async () => {
    const { app, logIn } = await openDashboard(new FakeHome());
    const headers = await logIn("bob");
    await app.inject({ method: "POST", url: "/logout", headers });
    expect((await app.inject({ url: "/", headers })).statusCode).toBe(401);
  });

  test("is the proxy's matter where one says who is there", async () => {
    const proxyIdentity = {
      userHeader: "x-user",
      groupsHeader: "x-groups",
      operatorGroup: "ops",
      trustedProxies: ["127.0.0.1"],
    };
    const home = new FakeHome();
    const run = await home.add(["open"]);
    const { app, asked, headers } = await openDashboard(home, { proxyIdentity });
    const viewer = { ...headers, "x-user": "carol" };
    const operator = { ...viewer, "x-groups": "ops" };
    expect((await app.inject({ url: "/", headers })).statusCode).toBe(401);
    expect((await app.inject({ url: "/", headers: viewer, remoteAddress: "10.0.0.1" })).statusCode).toBe(401);
    const page = await app.inject({ url: `/runs/${run}`, headers: operator });
    expect(page.statusCode).toBe(200);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "";
    const act = (more: object) =>
      app.inject({ method: "POST", url: `/runs/${run}/pause`, headers: { ...more, "x-csrf-token": csrf } });
    expect((await act(viewer)).statusCode).toBe(403);
    expect((await act({ ...operator, "x-user": "dave" })).statusCode).toBe(403);
    expect((await act(operator)).statusCode).toBe(303);
    expect(asked).toEqual([["operate", "pause", run, "carol"]]);
  });
});
