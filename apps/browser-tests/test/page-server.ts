import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { reasonToSkip } from "./chromium.ts";
import { serve } from "./serve.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The address of the page: one build for all test files. */
    readonly origin: string;
  }
}

/** Builds the page and serves it while tests run. */
export default async function servePage(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (reasonToSkip !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-page-"));
  const root = new URL("..", import.meta.url).pathname;
  await build({ root, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  const server = await serve(folder);
  project.provide("origin", server.origin);
  return async () => {
    await server.close();
    await rm(folder, { recursive: true });
  };
}
