import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";

/** Debian's Chromium, found or installed by `npm run check`. */
export const chromiumPath: string | undefined = process.env.TEST_CHROMIUM;

let browser: Promise<Browser> | undefined;

export interface OpenedPage {
  readonly page: Page;
  /** What the page complained of so far: errors and warnings of the console, exceptions, requests that failed. */
  readonly complaints: readonly string[];
  /** Addresses that the page asked for. */
  readonly requests: readonly string[];
}

/** A new page of the browser of this test file. */
export async function openPage(address: string, options: { width?: number; dark?: boolean } = {}): Promise<OpenedPage> {
  const { width = 1280, dark = false } = options;
  browser ??= launch();
  const page = await (await browser).newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
  await page.goto(address);
  return { page, complaints, requests };
}

function launch(): Promise<Browser> {
  afterAll(async () => (await browser)?.close());
  // Containers give no process the rights that Chromium's own sandbox needs, and little shared memory.
  return chromium.launch({
    executablePath: chromiumPath ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}
