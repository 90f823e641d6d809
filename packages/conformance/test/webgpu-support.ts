import type { WebgpuBackend, WebgpuOptions } from "@evenkeel/backend-webgpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import { afterEach, expect, test } from "vitest";

/** Opens the GPU that there is, also one in software. */
export const openWebgpu = (options: WebgpuOptions = {}): Promise<WebgpuBackend> =>
  webgpu({ acceptsSoftware: true, ...options }).open();

/** Why there is no WebGPU here; absent where there is one. */
async function findReason(): Promise<string | undefined> {
  try {
    await (await openWebgpu()).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why the tests of this file are skipped; absent where they run. */
export const reasonToSkip: string | undefined = await findReason();

/** Says why a file's tests are skipped, and fails where WebGPU is promised. */
export function testPresence(): void {
  const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("webgpu");
  test("there is a WebGPU adapter", (context) => {
    if (!isPromised && reasonToSkip !== undefined) context.skip(reasonToSkip);
    expect(reasonToSkip).toBeUndefined();
  });
}

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
