import type { WebgpuBackend, WebgpuOptions } from "@evenkeel/backend-webgpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import { afterEach, inject } from "vitest";

/** Opens the GPU that there is, also one in software. */
export const openWebgpu = (options: WebgpuOptions = {}): Promise<WebgpuBackend> =>
  webgpu({ software: true, ...options }).open();

/** Tests of a GPU that is promised run whether there is one or not, so that they fail without. */
const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("webgpu");

/** Why there is no WebGPU here; absent where there is one. */
async function findReason(): Promise<string | undefined> {
  try {
    await (await openWebgpu()).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why tests of a GPU are skipped; absent where they run. */
export const reasonToSkip: string | undefined =
  inject("device") === "webgpu" && !isPromised ? await findReason() : undefined;

/** Gives each test devices of its own, and closes those that the test has left open. */
export function devicesOfTests(): (options?: WebgpuOptions) => Promise<WebgpuBackend> {
  const opened: WebgpuBackend[] = [];
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close().catch(() => {});
  });
  return async (options) => {
    const backend = await openWebgpu(options);
    opened.push(backend);
    return backend;
  };
}
