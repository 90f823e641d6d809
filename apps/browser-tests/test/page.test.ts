import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { TestedPage } from "../src/page.ts";
import { describeInChromium } from "./in-chromium.ts";

const chosen = { name: "mine.safetensors", mimeType: "application/octet-stream" };

describeInChromium(({ browser, makeUrl, onPage }) => {
  test("keeps models and checkpoints in the origin private file system", async () => {
    const outcome = await onPage("plain", (page) =>
      page.evaluate(() => (globalThis as unknown as TestedPage).keepFiles()),
    );
    expect(outcome).toEqual({
      isLoaded: true,
      isResumed: true,
      names: ["best", "latest"],
      namesAfterRemoving: ["best"],
      missing: "models/none.safetensors: could not be read: there is no such file",
      misplaced: expect.stringMatching(
        /^models\/figures.safetensors\/x: could not be written: there is a folder/,
      ),
      outside: 'path: found "../up", expected names separated by "/"',
      damaged: expect.stringMatching(/^models\/figures.safetensors: safetensors: found \d+ bytes/),
      other: expect.stringMatching(/^models\/figures.safetensors does not fit the model./),
    });
  });

  test("appends to logs in the origin private file system, on the page and in a worker", async () => {
    const text = await onPage("plain", (page) =>
      page.evaluate(() => (globalThis as unknown as TestedPage).keepLog()),
    );
    expect(text).toBe("page,first\npage,second\nworker,first\nworker,second\n");
  });

  test("shows the progress of a run in elements that screen readers know", async () => {
    await onPage("plain", async (page) => {
      const halfway = await page.evaluate(() =>
        (globalThis as unknown as TestedPage).showProgress("Small network"),
      );
      expect(halfway).toBe(0.5);
      const bar = page.getByRole("progressbar", { name: "Small network" });
      expect(await bar.evaluate((element) => (element as HTMLProgressElement).value)).toBe(1);
      expect(await bar.isVisible()).toBe(true);
      expect(await page.getByRole("status").textContent()).toBe("The training has ended.");
      const line = await page.locator(".evenkeel-progress").textContent();
      expect(line).toMatch(/^Small network: epoch 2\/2, loss [\d.]+, 0:00 left, [\d.]+ examples\/s/);
      const report = await page.evaluate(() => (globalThis as unknown as TestedPage).showReport("Elsewhere"));
      expect(report).toEqual({ hasValue: false, text: "Elsewhere: epoch 1/3, loss 1", isConnected: false });
      expect(await page.getByRole("progressbar").count()).toBe(1);
    });
  });

  test("lets only one tab at a time use a checkpoint", async () => {
    const context = await browser().newContext();
    const open = async () => {
      const page = await context.newPage();
      await page.goto(makeUrl("plain"));
      return page;
    };
    const [first, second] = [await open(), await open()];
    const makeClaim = (page: typeof first) =>
      page.evaluate(() => (globalThis as unknown as TestedPage).describeRefusal("runs/one"));
    expect(await makeClaim(first)).toBeUndefined();
    expect(await makeClaim(second)).toBe(
      "runs/one/latest.safetensors: found in use by another run of this site, expected one at a time",
    );
    // The browser releases a tab's claims a moment after the tab has closed.
    await first.close();
    await expect.poll(() => makeClaim(second), { timeout: 30_000 }).toBeUndefined();
    await context.close();
  });

  test("offers a model as a download, and loads it from a chosen file", async () => {
    await onPage("plain", async (page) => {
      const download = page.waitForEvent("download");
      await page.evaluate(() => (globalThis as unknown as TestedPage).downloadFile("mine.safetensors"));
      const file = await download;
      expect(file.suggestedFilename()).toBe("mine.safetensors");
      await page.setInputFiles("#file", { ...chosen, buffer: await readFile(await file.path()) });
      const choose = () => page.evaluate(() => (globalThis as unknown as TestedPage).chooseFile());
      expect(await choose()).toBe("loaded");
      await page.setInputFiles("#file", { ...chosen, buffer: Buffer.from("<!doctype html>") });
      expect(await choose()).toMatch(/^mine.safetensors: safetensors: found a header of/);
    });
  });

  test("loads data sets over the network, from its cache and from chosen files", async () => {
    const outcome = await onPage("plain", (page) =>
      page.evaluate(async () => {
        const { loadSets, readTable } = globalThis as unknown as TestedPage;
        return [await loadSets(), await readTable()];
      }),
    );
    expect(outcome).toEqual([
      {
        isHtml: true,
        areEqual: true,
        progress: 1,
        missing: expect.stringMatching(
          /^DownloadError: index.html: could not be downloaded. .* answered 404/,
        ),
        wrong: expect.stringMatching(/^DataError: .*found the sha256 checksum/),
      },
      [{ text: "a, b", size: 2 }],
    ]);
  });

  test("changes examples in workers, and says why it cannot", async () => {
    const change = (setting: "plain" | "isolated" | "isolated-without-blobs") =>
      onPage(setting, (page) => page.evaluate(() => (globalThis as unknown as TestedPage).changeInWorkers()));
    for (const setting of ["plain", "isolated"] as const)
      expect(await change(setting)).toEqual([[3, 6], [98]]);
    expect(await change("isolated-without-blobs")).toEqual([
      expect.stringMatching(/^WorkerError: mapInWorkers: a worker .*Content-Security-Policy/),
    ]);
  });

  test("runs in a worker that starts to listen late, and does not wait for one that was terminated", async () => {
    const outcome = await onPage("plain", (page) =>
      page.evaluate(async () => {
        const { runLate, runTerminated } = globalThis as unknown as TestedPage;
        return [await runLate(7), await runTerminated()];
      }),
    );
    expect(outcome).toEqual([7, "enough"]);
  });

  test("detects that the page is blocked", async () => {
    const { longestTaskMilliseconds } = await onPage("plain", (page) =>
      page.evaluate(() =>
        (globalThis as unknown as TestedPage).watchPageDuring(async () => {
          await new Promise((resolve) => setTimeout(resolve));
          const end = performance.now() + 150;
          while (performance.now() < end);
        }),
      ),
    );
    expect(longestTaskMilliseconds).toBeGreaterThanOrEqual(150);
  });
});
