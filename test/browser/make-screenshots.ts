// `npm run screenshots`: the pictures of the dashboard in the README, of a real run of the sample photos.
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyPhotos } from "../support/copy-photos.ts";
import { repository } from "../support/places.ts";
import { startPool } from "../support/pool.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";
import { openBrowser, openWindow } from "./chromium.ts";
import { logIn, startDashboardMember } from "./dashboard-member.ts";

/** So often each photo is taken: long enough a run to be looked at. */
const copies = 12;
const areDrawn = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)";
const images = join(repository, "docs", "images");

const scratch = await makeScratch("screenshots");
const photos = join(scratch, "fruit");
let bad: string[] = [];
for (let copy = 0; copy < copies; copy++) {
  const folder = join(photos, `basket-${copy}`);
  const keys = await copyPhotos(folder, 300);
  if (copy === 0) bad = keys.slice(0, 3).map((key) => join(folder, key));
}
for (const [i, file] of bad.entries()) await truncate(file, 1800 + 900 * i);
await writeFile(join(photos, "basket-1", "404.jpg"), "<!doctype html><title>Not found</title>");

const pool = await startPool(scratch);
const browser = await openBrowser();
const dashboard = await startDashboardMember(scratch, { flags: ["--allow", scratch], env: pool.env });
try {
  for (const role of ["coordinator", "worker", "worker", "reducer"] as const) await pool.start(role);
  const { code, stderr } = await pool.command(["submit", photos, "--out", join(scratch, "result")]);
  if (code !== 0) throw new Error(stderr);
  const { page } = await openWindow(browser, { viewport: { width: 1180, height: 1040 } });
  await logIn(page, dashboard.url);
  await page.locator("tbody th a").first().click();
  const done = page.locator(".tile", { hasText: "Done" }).locator("strong");
  while (Number.parseFloat((await done.textContent()) ?? "0") < 55) await page.waitForTimeout(100);
  await page.waitForTimeout(2500);
  await page.screenshot({ path: join(images, "dashboard-run.png") });
  await page.locator("h1 .badge", { hasText: "done" }).waitFor({ timeout: 300_000 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${page.url()}/quarantine`);
  await page.setViewportSize({ width: 1180, height: 760 });
  await waitFor("the thumbnails", async () => (await page.evaluate(areDrawn)) === true, { seconds: 90 });
  await page.screenshot({ path: join(images, "dashboard-quarantine.png") });
} finally {
  dashboard.signalGroup("SIGKILL");
  await Promise.allSettled([dashboard.ended, browser.close(), pool.close()]);
}
