import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TestedPage } from "../src/page.ts";
import { digestPictures } from "../src/pictures.ts";
import { describeInChromium } from "./in-chromium.ts";

/** A JPEG file of 19 x 13 pixels. */
const sample =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkMEQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJCIeJBweHx7/2wBDAQUFBQcGBw4ICA4eFBEUHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh7/wAARCAANABMDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDwnRfBWdv7r9K7bRfA2dv7n9K9Q0Dw/ZHbx+leg6B4dsTt4/SviMLmDxm55fCnG9SPLqzxiHwH+6X9z29KK+mYPDdh5S8dvSivWWXJ6n7FDj2ryrVn/9k=";

const folder = join(process.env.EVENKEEL_DATA ?? "", "bccd/BCCD/JPEGImages");
const photos = existsSync(folder)
  ? ["00001", "00250"].map((number) => readFileSync(join(folder, `BloodImage_${number}.jpg`)))
  : [];
const files = [Buffer.from(sample, "base64"), ...photos];

describeInChromium(({ onPage }) => {
  test("images have the pixels that they have in Node", async () => {
    const texts = files.map((file) => file.toString("base64"));
    const found = await onPage("plain", (page) =>
      page.evaluate((files) => {
        const bytes = files.map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
        return (globalThis as unknown as TestedPage).digestPictures(bytes);
      }, texts),
    );
    expect(found).toEqual(await digestPictures(files));
    expect(found.length).toBe(2 * files.length);
  });

  test("pixels are read from a canvas, an ImageBitmap and an ImageData", async () => {
    const found = await onPage("plain", (page) =>
      page.evaluate(() => (globalThis as unknown as TestedPage).readCanvas()),
    );
    expect(found).toEqual(new Array(3).fill([10, 0, 20, 0, 30, 0]));
  });
});
