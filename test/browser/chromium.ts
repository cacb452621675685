import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumPath } from "../support/browser.ts";
import { repository } from "../support/places.ts";

/** Where screenshots of tests go; not part of the repository. */
export const screenshots = join(repository, "build", "screenshots");

export async function openBrowser(): Promise<Browser> {
  await mkdir(screenshots, { recursive: true });
  // Root has no sandbox in Chromium; what is opened here is our own.
  return chromium.launch({
    executablePath: chromiumPath ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    timeout: 120_000,
  });
}

/** A window whose errors are collected: violations of the content policy are among them. */
export async function openWindow(
  browser: Browser,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => {
    // What the server refuses on purpose is looked at by its status.
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) errors.push(message.text());
  });
  return { context, page, errors };
}
