import { copyFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "../support/browser.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { freePort } from "../support/free-port.ts";
import { startPool, type TestPool } from "../support/pool.ts";
import { redisServer } from "../support/redis.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";
import { seriousFaults } from "./axe.ts";
import { openBrowser, openWindow, screenshots } from "./chromium.ts";
import { type DashboardMember, logIn, startDashboardMember } from "./dashboard-member.ts";
import { startStrippingProxy } from "./stripping-proxy.ts";

const hostileName = "<img src=x onerror=alert(1)>.jpg";

/** Tests of one story: each goes on where the one before it ended. */
describe.skipIf(chromiumPath === undefined || redisServer === undefined)("an operator's day", () => {
  let scratch: string;
  let pool: TestPool;
  let dashboard: DashboardMember;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let photos: string;
  let out: string;
  let keys: string[];
  let run: string;

  beforeAll(async () => {
    scratch = await makeScratch("browser");
    photos = join(scratch, "photos");
    out = join(scratch, "result");
    keys = await copyPhotos(photos, 297);
    // A photo that is cut off and will be repaired, and two files that never were photos.
    await truncate(join(photos, keys[0]), 2000);
    const label = keys[0].split("/")[0];
    await writeFile(join(photos, label, "page.jpg"), "<!doctype html><title>404</title>");
    await writeFile(join(photos, label, hostileName), "not a photo");
    [pool, browser] = await Promise.all([startPool(scratch), openBrowser()]);
    await pool.start("coordinator");
    await pool.start("reducer");
    dashboard = await startDashboardMember(scratch, { flags: ["--allow", scratch], env: pool.env });
    ({ page, errors } = await openWindow(browser));
  });

  afterAll(async () => {
    dashboard?.signalGroup("SIGKILL");
    await dashboard?.ended;
    await Promise.allSettled([browser?.close(), pool?.close()]);
  });

  const badge = (state: string) => page.locator("h1 .badge", { hasText: state });
  const shot = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  const tile = (name: string) => page.locator(".tile", { hasText: name }).locator("strong");

  test("begins by logging in", async () => {
    await page.goto(`${dashboard.url}/pool`);
    expect(page.url()).toContain("/login?next=%2Fpool");
    await page.getByLabel("Name").fill("alice");
    await page.getByLabel("Password").fill("wrong password");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await logIn(page, dashboard.url);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("submits a run, pauses it, and sees that nothing is done then", async () => {
    await page.getByRole("link", { name: "New run" }).click();
    await page.getByLabel("Input").fill(photos);
    await page.getByLabel("Output").fill("/etc/pomona");
    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByRole("alert").getByText("is not in a place").waitFor();
    await page.getByLabel("Output").fill(out);
    await page.getByRole("button", { name: "Submit" }).click();
    await page.waitForURL(/\/runs\/\d{8}-/);
    run = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await badge("running").waitFor();
    await page.getByText("of 299 images").first().waitFor();
    await page.locator(".bottleneck", { hasText: "no worker" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Pause" }).click();
    await badge("paused").waitFor();
    await page.getByText("paused by alice").waitFor();
    await pool.start("worker");
    // Other than by a worker that does nothing this page would not change.
    await page.getByRole("row", { name: /pid/ }).first().waitFor();
    await page.waitForTimeout(3000);
    expect(await tile("Done").textContent()).toBe("0 %");
  });

  test("resumes it and watches it go to its end, with numbers that move", async () => {
    await page.getByRole("button", { name: "Resume" }).click();
    const seen = new Set<string>();
    await waitFor(
      "the run to be done",
      async () => {
        const text = await tile("Done").textContent();
        if (text !== null && seen.size < 3 && !seen.has(text)) await shot(`run-at-${text.replace(/\W+/g, "-")}`);
        if (text !== null) seen.add(text);
        return badge("done").isVisible();
      },
      { seconds: 200, everyMs: 100 },
    );
    expect([...seen].some((text) => text !== "0 %" && text !== "100 %")).toBe(true);
    await page.getByText("299 listed = 296 featurized + 3 quarantined + 0 missing, 0 duplicates").waitFor();
    await page.getByText("The books balance.").waitFor();
    await page.getByText(/Was [\w-]+-bound/).waitFor();
    await page.getByRole("img", { name: /Throughput: 299 images/ }).waitFor();
    await page.getByText("resumed by alice").waitFor();
    await shot("run");
    expect(await seriousFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("finds out what is in quarantine, and why", async () => {
    await page.getByRole("link", { name: "3 quarantined" }).click();
    const cards = page.locator(".quarantine li");
    expect(await cards.count()).toBe(3);
    await page.getByText(hostileName).waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    const cutOff = cards.filter({ hasText: keys[0] });
    expect(await cutOff.locator(".badge").textContent()).toBe("truncated");
    const picture = cutOff.locator("img");
    const areDrawn = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)";
    await waitFor("the thumbnails", async () => (await page.evaluate(areDrawn)) === true, { seconds: 90 });
    const address = new URL((await picture.getAttribute("src")) ?? "", dashboard.url).href;
    const answer = await page.request.get(address);
    expect(answer.headers()["content-type"]).toBe("image/jpeg");
    expect((await page.request.get(address.replace("sig=", "sig=x"))).status()).toBe(403);
    await shot("quarantine");
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel("Reason").selectOption("truncated");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL(/reason=truncated/);
    expect(await cards.count()).toBe(1);
    const csv = await page.request.get(`${dashboard.url}/runs/${run}/quarantine.csv`);
    expect((await csv.text()).split("\n")).toHaveLength(5);
  });

  test("repairs a photo and retries: it is featurized, what is still no photo stays", async () => {
    await copyFile(join(photos, keys[1]), join(photos, keys[0]));
    await page.goto(`${dashboard.url}/runs/${run}/quarantine`);
    await page.getByRole("button", { name: "Retry all 3" }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await page.getByText("299 listed = 297 featurized + 2 quarantined").waitFor({ timeout: 200_000 });
    await badge("done").waitFor();
    await page.getByText("retried as generation 2 by alice").waitFor();
    await page.getByRole("link", { name: "2 quarantined" }).click();
    await page.getByText("page.jpg").first().waitFor();
    expect(await page.locator(".quarantine li").filter({ hasText: keys[0] }).count()).toBe(0);
    const success = JSON.parse(await readFile(join(out, "_SUCCESS"), "utf8"));
    expect(success).toMatchObject({ generation: 2, books: { listed: 299, featurized: 297, quarantined: 2 } });
  });

  test("looks at the pool and at the queues", async () => {
    await page.goto(`${dashboard.url}/pool`);
    const worker = page.getByRole("region", { name: "Workers" }).getByRole("row").nth(1);
    expect(await worker.textContent()).toMatch(/onnxruntime.*[MG]iB/);
    expect(await seriousFaults(page)).toEqual([]);
    await shot("pool");
    const before = errors.length;
    await page.goto(`${dashboard.url}/queues/`);
    await page.getByRole("link", { name: "features" }).first().waitFor();
    await shot("queues");
    // A stylesheet that its scripts would add is refused, which does no harm.
    errors.splice(before);
  });

  test("sees a banner while Redis is away, reads history all the same, and needs to do nothing when it is back", async () => {
    await page.goto(`${dashboard.url}/runs/${run}`);
    await page.locator("#live-state.is-live").waitFor();
    await pool.redis.kill9();
    const banner = page.getByText("Redis does not answer");
    await banner.waitFor();
    await page.reload();
    await banner.waitFor();
    await page.getByText("The books balance.").waitFor();
    await page.goto(`${dashboard.url}/runs/${run}/quarantine`);
    expect(await page.locator(".quarantine li").count()).toBe(2);
    await page.goto(`${dashboard.url}/`);
    await banner.waitFor();
    await shot("redis-away");
    await pool.redis.restart();
    await banner.waitFor({ state: "hidden" });
    expect(errors).toEqual([]);
  });

  test("works on a phone, in the dark, behind a proxy that strips its path", async () => {
    const port = await freePort();
    const proxied = await startDashboardMember(scratch, {
      flags: ["--public-url", `http://127.0.0.1:${port}/a/b`],
      env: pool.env,
    });
    const proxy = await startStrippingProxy(proxied.url, "/a/b");
    const phone = await openWindow(browser, { viewport: { width: 390, height: 780 }, colorScheme: "dark" });
    try {
      await logIn(phone.page, proxy.url, "bob");
      await phone.page.getByRole("link", { name: run }).click();
      await phone.page.locator("#live-state.is-live").waitFor();
      expect(await phone.page.getByRole("button", { name: /Pause|Retry|Cancel/ }).count()).toBe(0);
      expect(await seriousFaults(phone.page)).toEqual([]);
      const { scrollWidth, clientWidth } = (await phone.page.evaluate(
        "({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })",
      )) as { readonly scrollWidth: number; readonly clientWidth: number };
      expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
      await phone.page.screenshot({ path: join(screenshots, "phone.png"), fullPage: true });
      await phone.page.getByRole("button", { name: "Log out" }).click();
      await phone.page.waitForURL(`${proxy.url}/login`);
      expect(proxy.strays.filter((path) => path !== "/favicon.ico")).toEqual([]);
      expect(phone.errors).toEqual([]);
    } finally {
      proxy.close();
      await phone.context.close();
      proxied.signalGroup("SIGKILL");
      await proxied.ended;
    }
  });

  test("ends by logging out, after which nothing is shown any more", async () => {
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login$/);
    await page.goto(`${dashboard.url}/runs/${run}`);
    expect(page.url()).toContain("/login?next=");
    dashboard.child.kill("SIGTERM");
    expect((await dashboard.ended).code).toBe(0);
  });
});
