import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type Sharp from "sharp";
import { pomonaBin, weights } from "../support/places.ts";

// `npm run pictures`: the picture of a report in the README. The photos in it are drawings of the demo, which draws them
// where there are no others.

const sharp = createRequire(import.meta.resolve("@pomona/vision"))("sharp") as typeof Sharp;
const target = fileURLToPath(new URL("../../docs/images/report.png", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "pomona-picture-"));
try {
  const env = { ...process.env, HOME: folder, POMONA_HOME: join(folder, "home"), POMONA_WEIGHTS: weights };
  // Deep enough that no photos lie at ../shared.
  const cwd = join(folder, "a", "checkout");
  await mkdir(cwd, { recursive: true });
  execFileSync(process.execPath, [pomonaBin, "demo", "--plain"], { cwd, env, stdio: "inherit" });
  const browser = await chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const page = await browser.newPage({ viewport: { width: 1180, height: 1270 } });
  await page.goto(pathToFileURL(join(cwd, "pomona-demo/result/report.html")).href);
  // An address of this machine says nothing to a reader.
  await page.locator(".input").evaluate((line) => {
    line.textContent = "file:///home/pomona/photos/";
  });
  await page.locator("#show-photos").click();
  await page.mouse.move(0, 0);
  const shot = await page.screenshot();
  await browser.close();
  await sharp(shot).png({ palette: true, quality: 90, effort: 10 }).toFile(target);
} finally {
  await rm(folder, { recursive: true, force: true });
}
