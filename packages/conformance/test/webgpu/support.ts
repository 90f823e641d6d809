import type { WebgpuBackend, WebgpuOptions } from "@evenkeel/backend-webgpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import { afterEach, inject } from "vitest";

/** Opens the available GPU, which may be a software GPU. */
export const openWebgpu = (options: WebgpuOptions = {}): Promise<WebgpuBackend> =>
  webgpu({ software: true, ...options }).open();

/** If a GPU is required, its tests run even without one, so that they fail. */
const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("webgpu");

/** The reason why WebGPU is not available; absent if it is. */
async function findReason(): Promise<string | undefined> {
  try {
    await (await openWebgpu()).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The reason why GPU tests are skipped; absent if they run. */
export const reasonToSkip: string | undefined =
  inject("device") === "webgpu" && !isPromised ? await findReason() : undefined;

/** Gives each test its own devices, and closes those that the test has left open. */
export function openDevices(): (options?: WebgpuOptions) => Promise<WebgpuBackend> {
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
