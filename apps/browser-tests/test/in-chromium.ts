import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject } from "vitest";
import type { Job, Outcome } from "../src/jobs.ts";
import type { PageOutcome, TestedPage } from "../src/page.ts";
import { launchChromium, reasonToSkip } from "./chromium.ts";
import type { Setting } from "./serve.ts";

/** A browser that several tests share. */
export interface Chromium {
  browser(): Browser;
  makeUrl(setting: Setting): string;
  /** Opens the page, served with that setting, and runs `body` in it; fails if the page itself reported an error. */
  onPage<Result>(setting: Setting, body: (page: Page) => Promise<Result>): Promise<Result>;
  /** Runs a job in a worker of the page. */
  run<Found extends Outcome>(setting: Setting, job: Job): Promise<PageOutcome & Found>;
}

/** A software GPU compiles and computes for minutes on a busy machine. */
const patience = { timeout: 900_000 };

/** Declares tests with their own browser; they are skipped if there is none, unless one is required. */
export function describeInChromium(body: (chromium: Chromium) => void): void {
  const title = reasonToSkip === undefined ? "in Chromium" : `in Chromium (skipped: ${reasonToSkip})`;
  describe.skipIf(reasonToSkip !== undefined)(title, patience, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser?.close());

    const makeUrl = (setting: Setting): string => `${inject("origin")}/${setting}/index.html`;
    const onPage: Chromium["onPage"] = async (setting, body) => {
      const page = await browser.newPage();
      const errors: Error[] = [];
      page.on("pageerror", (error) => errors.push(error));
      try {
        await page.goto(makeUrl(setting));
        const result = await body(page);
        expect(errors).toEqual([]);
        return result;
      } finally {
        await page.close();
      }
    };
    const run: Chromium["run"] = <Found extends Outcome>(setting: Setting, job: Job) =>
      onPage(setting, (page) =>
        page.evaluate((job) => (globalThis as unknown as TestedPage).run(job), job),
      ) as Promise<PageOutcome & Found>;
    body({ browser: () => browser, makeUrl, onPage, run });
  });
}
