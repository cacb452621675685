import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, openPage } from "../support/browser.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, runArguments } from "../support/pomona.ts";
import { makeScratch } from "../support/scratch.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const hostile = "<img src=x onerror=alert(1)>";

describe.skipIf(chromiumPath === undefined)("the report in a browser", () => {
  let address = "";

  beforeAll(async () => {
    const scratch = await makeScratch("browser-report");
    const [photos, out] = [join(scratch, "photos"), join(scratch, "out")];
    await copyPhotos(photos, 60);
    const [label = ""] = await readdir(photos);
    await mkdir(join(photos, hostile));
    await rename(await firstOf(join(photos, label)), join(photos, hostile, `${hostile}.jpg`));
    await writeFile(join(photos, label, "broken.jpg"), "no photo at all");
    await mustRun(runArguments(photos, out), { scratch, env: { POMONA_REPORT: "full" } });
    address = pathToFileURL(join(out, "report.html")).href;
  });

  it("opens without a complaint, and asks the network for nothing", async () => {
    const { page, complaints, requests } = await openPage(address);
    await page.waitForLoadState("networkidle");
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([address]);
    expect(await page.locator("h1").textContent()).toBe("60 images of photos");
    expect(await page.locator("#chart-map .mark-symbol > path").count()).toBe(60);
    expect(await page.locator("#quarantine").textContent()).toContain("broken.jpg");
    await page.close();
  });

  it("tells which image the pointer is at, and shows a label alone", async () => {
    const { page, complaints } = await openPage(address);
    const tip = page.locator("#map-tip");
    expect(await tip.isHidden()).toBe(true);
    await pointAtMark(page, 0);
    await tip.waitFor({ state: "visible" });
    expect(await tip.textContent()).toMatch(/\.jpg$/);
    await page.locator("#legend [data-label='0']").click();
    expect(await page.locator("#chart-map path.dim").count()).toBeGreaterThan(0);
    await page.locator("#show-all").click();
    expect(await page.locator("#chart-map path.dim").count()).toBe(0);
    await page.locator("#show-photos").click();
    expect(await page.locator("#map-photos .photo").count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows hostile names as text", async () => {
    const { page } = await openPage(address);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("#legend").textContent()).toContain(hostile);
    await page.close();
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
  ] as const)("has no serious accessibility fault (%s, %i pixels wide)", async (scheme, width) => {
    const { page } = await openPage(address, { dark: scheme === "dark", width });
    // Wider than the window would be unreadable on a phone.
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    for (const fold of await page.locator("summary").all()) await fold.click();
    // Added by the debugger's protocol: the page's own policy forbids other scripts.
    await page.addInitScript({ path: axe });
    await page.reload();
    expect(await seriousFaults(page)).toEqual([]);
    await page.close();
  });

  it("stays small", async () => {
    expect((await stat(new URL(address))).size).toBeLessThan(1_000_000);
  });
});

interface AxeResult {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function seriousFaults(page: Page): Promise<string[]> {
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeResult[] }> } };
    return (await checker.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

async function pointAtMark(page: Page, i: number): Promise<void> {
  const mark = page.locator("#chart-map .mark-symbol > path").nth(i);
  await mark.scrollIntoViewIfNeeded();
  const box = await mark.boundingBox();
  if (box === null) throw new Error("the mark is not drawn");
  await page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2 + 1);
}

async function firstOf(folder: string): Promise<string> {
  const [first = ""] = await readdir(folder);
  return join(folder, first);
}
