import { drawReport, drawStandaloneSvg } from "@evenkeel/report";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { describeInChromium } from "./in-chromium.ts";
import { sampleReport } from "./sample-report.ts";

const widths = { phone: 390, desktop: 1280 } as const;
const themes = ["light", "dark"] as const;

/** Texts of charts that reach beyond their drawing, and pairs of them that lie upon one another. */
function listCollisions(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("svg")].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].map((text) => ({
        words: text.textContent,
        box: text.getBoundingClientRect(),
        // Slanted names have boxes that are larger than their letters.
        isSlanted: /^matrix\(-?0?\.7/.test(text.getAttribute("transform") ?? ""),
      }));
      const outside = texts.filter(
        ({ box }) =>
          box.left < frame.left - 1 ||
          box.right > frame.right + 1 ||
          box.top < frame.top - 1 ||
          box.bottom > frame.bottom + 1,
      );
      const straight = texts.filter(({ isSlanted }) => !isSlanted);
      const pairs = straight.flatMap((one, index) =>
        straight.slice(0, index).flatMap((other) => {
          const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          return across > 3 && down > 3 ? [`${one.words} upon ${other.words}`] : [];
        }),
      );
      const title = svg.getAttribute("aria-label");
      return [...outside.map(({ words }) => `${words} outside`), ...pairs].map(
        (problem) => `${title}: ${problem}`,
      );
    }),
  );
}

describeInChromium(({ browser }) => {
  const onReport = async <Result>(
    options: { readonly colorScheme: "light" | "dark"; readonly width: number },
    body: (page: Page) => Promise<Result>,
  ): Promise<Result> => {
    const { colorScheme, width } = options;
    const context = await browser().newContext({ colorScheme, viewport: { width, height: 900 } });
    try {
      const page = await context.newPage();
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.setContent(drawReport(sampleReport));
      await page.locator("details").evaluateAll((folds) => {
        for (const fold of folds) (fold as HTMLDetailsElement).open = true;
      });
      const result = await body(page);
      expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
      return result;
    } finally {
      await context.close();
    }
  };

  describe.each(Object.entries(widths))("a report on a %s", (_, width) => {
    test("is no wider than the page, and its charts' texts are whole and apart", async () => {
      await onReport({ colorScheme: "light", width }, async (page) => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(await listCollisions(page)).toEqual([]);
      });
    });
  });

  test("a report follows the theme of its reader", async () => {
    const looks = themes.map((colorScheme) =>
      onReport({ colorScheme, width: widths.desktop }, (page) =>
        page.evaluate(() => {
          const line = document.querySelector('svg [stroke="var(--slot-0)"]')!;
          const text = document.querySelector("svg text")!;
          return [
            getComputedStyle(document.body).backgroundColor,
            getComputedStyle(line).stroke,
            getComputedStyle(text).fill,
          ];
        }),
      ),
    );
    const [light, dark] = await Promise.all(looks);
    expect(light).toEqual(["rgb(255, 255, 255)", "rgb(11, 114, 133)", "rgb(93, 107, 114)"]);
    expect(dark).toEqual(["rgb(20, 25, 27)", "rgb(59, 201, 219)", "rgb(147, 163, 171)"]);
  });

  test.each(themes)(
    "a chart in a file of its own follows the %s theme where a document shows it",
    async (colorScheme) => {
      const chart = sampleReport.sections[0]!.blocks.find(({ kind }) => kind === "line-chart");
      const svg = drawStandaloneSvg(chart as Parameters<typeof drawStandaloneSvg>[0]);
      const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
      const page = await browser().newPage({ colorScheme });
      try {
        await page.setContent(`<img src="${source}" alt="">`);
        const corner = await page.evaluate(async () => {
          const image = document.querySelector("img")!;
          await image.decode();
          const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
          const context = canvas.getContext("2d")!;
          context.drawImage(image, 0, 0);
          return [image.naturalWidth, ...context.getImageData(1, canvas.height - 1, 1, 1).data];
        });
        expect(corner).toEqual(colorScheme === "light" ? [540, 255, 255, 255, 255] : [540, 20, 25, 27, 255]);
      } finally {
        await page.close();
      }
    },
  );
});
