import { describe, expect, test, vi } from "vitest";
import { FakeHome, openDashboard } from "./fake-board.ts";

const hostile = "<img src=x onerror=alert(1)>.jpg";

describe("pages", () => {
  test("show what strangers named as text, and load nothing from elsewhere", async () => {
    const home = new FakeHome();
    const run = await home.add(["open", "done"], [hostile]);
    const failed = await home.add(["open", "failed"]);
    const { app, logIn } = await openDashboard(home);
    const headers = { ...(await logIn("alice")), accept: "text/html" };
    const quarantine = await app.inject({ url: `/runs/${run}/quarantine`, headers });
    expect(quarantine.body).toContain("&lt;img src=x onerror=alert(1)&gt;.jpg");
    const search = "/?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%20onfocus%3D%22alert(1)";
    for (const url of [
      "/",
      search,
      `/runs/${run}`,
      `/runs/${failed}`,
      `/runs/${run}/quarantine?label=%22%3E%3Cb%3E`,
      "/pool",
      "/submit",
    ]) {
      const page = await app.inject({ url, headers });
      expect([url, page.statusCode]).toEqual([url, 200]);
      expect(page.body).not.toMatch(/<img src=x|<b>|onfocus="|<script>/);
      expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      expect(page.body).not.toMatch(/ style="|<style| on\w+="/);
      expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
      expect(page.headers["content-security-policy"]).not.toContain("unsafe");
    }
  });

  test("lead through the proxy's path, stripped or not", async () => {
    const home = new FakeHome();
    const run = await home.add(["open", "done"]);
    const { app, logIn } = await openDashboard(home, { publicUrl: "http://127.0.0.1/a/b" });
    const headers = { ...(await logIn("alice")), accept: "text/html" };
    for (const url of [`/runs/${run}`, `/a/b/runs/${run}`]) {
      const page = await app.inject({ url, headers });
      expect(page.statusCode).toBe(200);
      const links = Array.from(page.body.matchAll(/(?:href|src|action|data-events)="([^"#]+)"/g), ([, link]) => link);
      expect(links.length).toBeGreaterThan(8);
      expect(links.filter((link) => !link?.startsWith("/a/b/"))).toEqual([]);
    }
    expect((await app.inject({ url: "/a/b/assets/dashboard.css", headers })).statusCode).toBe(200);
  });

  test("list runs newest first, a page at a time, by words and by state", async () => {
    const home = new FakeHome();
    const runs: string[] = [];
    for (let i = 0; i < 45; i++) runs.push(await home.add(i % 3 === 0 ? ["open", "failed"] : ["open", "done"]));
    const { app, logIn } = await openDashboard(home);
    const headers = await logIn("bob");
    type Listed = { readonly total: number; readonly pages: number; readonly runs: { run: string; state: string }[] };
    const list = async (query: string): Promise<Listed> =>
      (await app.inject({ url: `/api/runs?${query}`, headers })).json();
    const first = await list("");
    expect([first.total, first.pages, first.runs.length]).toEqual([45, 3, 20]);
    expect(first.runs[0]?.run).toBe(runs.at(-1));
    expect((await list("page=3")).runs.map(({ run }) => run)).toEqual(runs.slice(0, 5).reverse());
    // Older runs are read in the background.
    await vi.waitFor(async () => expect((await list("state=failed")).total).toBe(15), { timeout: 20_000 });
    await vi.waitFor(async () => expect((await list("q=out-1/ alice")).total).toBe(1), { timeout: 20_000 });
    const failed = await list("state=failed");
    expect(new Set(failed.runs.map(({ state }) => state))).toEqual(new Set(["failed"]));
    expect((await list(`q=${runs[7]}`)).total).toBe(1);
  });

  test("tell the books of a finished run, and what is in quarantine as CSV without formulas", async () => {
    const home = new FakeHome();
    const run = await home.add(["open", "done"], ["a.jpg", "=b.jpg"]);
    const { app, logIn } = await openDashboard(home);
    const headers = await logIn("bob");
    const page = (await app.inject({ url: `/runs/${run}`, headers })).body.replace(/<[^>]*>/g, "");
    expect(page).toContain("300 listed = 298 featurized + 2 quarantined + 0 missing, 0 duplicates");
    expect(page).toContain("The books balance.");
    const csv = await app.inject({ url: `/runs/${run}/quarantine.csv?reason=truncated`, headers });
    expect(csv.headers["content-type"]).toContain("text/csv");
    expect(csv.body.split("\n")).toHaveLength(4);
    expect(
      (await app.inject({ url: `/runs/${run}/quarantine.csv?reason=empty`, headers })).body.split("\n"),
    ).toHaveLength(2);
  });

  test("say what is wrong in words, and nothing of how", async () => {
    const home = new FakeHome();
    const { app, logIn } = await openDashboard(home);
    const headers = { ...(await logIn("bob")), accept: "text/html" };
    const unknown = await app.inject({ url: "/runs/20260101-000000-aaaaaa", headers });
    expect([unknown.statusCode, unknown.body.includes("knows no run")]).toEqual([404, true]);
    expect((await app.inject({ url: "/runs/..%2f..%2fetc", headers })).statusCode).toBe(404);
    expect((await app.inject({ url: "/queues/", headers })).statusCode).toBe(503);
  });

  test("show what the first groups say of the components as provisional, until the result does", async () => {
    const home = new FakeHome();
    const [running, done] = [await home.add(["open"]), await home.add(["open", "done"])];
    const previews = [
      { groups: 1, of: 20, rows: 8192, explainedVariance: [0.2, 0.1] },
      { groups: 5, of: 20, rows: 40_960, explainedVariance: [0.25, 0.125] },
    ];
    for (const [i, run] of [running, done].entries()) await home.tell(i, run, { provisional: previews });
    const { app, logIn } = await openDashboard(home);
    const headers = { ...(await logIn("bob")), accept: "text/html" };
    const textOf = async (run: string): Promise<string> =>
      (await app.inject({ url: `/runs/${run}`, headers })).body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
    const text = await textOf(running);
    expect(text).toContain("Explained variance provisional Of the first 40,960 images");
    expect(text).toContain("at 5 % 8,192 images at 25 % 40,960 images");
    expect(text).toContain("1 20.0 % 25.0 %");
    expect(text).toContain("Together 30.0 % 37.5 %");
    expect(await textOf(done)).not.toContain("provisional");
  });

  test("show how far a run is as its coordinator wrote it down, where nobody tells of it", async () => {
    const home = new FakeHome();
    const run = await home.add(["open", "failed"]);
    const progress = {
      phase: "featurizing",
      done: 1200,
      total: 5000,
      listed: 5000,
      quarantined: 7,
      pendingBatches: 240,
    };
    await home.tell(0, run, { generation: 1, progress: { ...progress, resumed: 0 } });
    const { app, logIn } = await openDashboard(home);
    const { summary } = (await app.inject({ url: `/api/runs/${run}`, headers: await logIn("bob") })).json();
    expect(summary).toMatchObject({ listed: 5000, featurized: 1193, quarantined: 7, isListed: true });
  });
});
