/**
 * Takes a picture of the report of a run, such as docs/report.png, after checking the page at the widths of a desktop and a
 * phone: `node apps/browser-tests/bin/picture-report.ts <run folder> <picture.png> [width]`. Fails if anything is wider than
 * the page, or if the picture is too large for a repository.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launchChromium } from "../test/chromium.ts";

const widths = { phone: 390, desktop: 1280 } as const;
const pictureWidth = 820;
const mostBytes = 300_000;

const [folder, picture, width = String(pictureWidth)] = process.argv.slice(2);
if (folder === undefined || picture === undefined) {
  console.error("expected the folder of a run and the name of the picture");
  process.exit(2);
}
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(resolve(folder, "report.html")).href);
  for (const [device, wide] of Object.entries(widths)) {
    await page.setViewportSize({ width: wide, height: 900 });
    const found = await page.evaluate(() => document.documentElement.scrollWidth);
    if (found > wide) throw new Error(`on a ${device}: found ${found} pixels, expected at most ${wide}`);
  }
  await page.setViewportSize({ width: Number(width), height: 900 });
  // The mistakes of one arm are enough for the picture.
  const last = await page.locator("h2").last().boundingBox();
  const clip = { x: 0, y: 0, width: Number(width), height: last!.y };
  await page.screenshot({ path: picture, fullPage: true, clip });
} finally {
  await browser.close();
}
const { size } = statSync(picture);
if (size > mostBytes) throw new Error(`${picture}: found ${size} bytes, expected at most ${mostBytes}`);
console.log(`${picture}: ${size} bytes`);
