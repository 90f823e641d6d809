import type { Backend } from "@evenkeel/tensor";
import { afterAll, beforeAll } from "vitest";
import { useBackend } from "./batchnorm/tools.ts";
import { type DeviceName, describeOn } from "./devices.ts";
import { openWebgpu } from "./webgpu/support.ts";

function useWebgpu(): () => Backend {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openWebgpu({ nonFinite: true });
  });
  afterAll(() => backend.close());
  return () => backend;
}

/** Declares the tests of `body` on the CPU, by default on one thread, and on WebGPU if available. */
export function onEachBackend(
  body: (backend: () => Backend, name: DeviceName) => void,
  { threads = 1 }: { readonly threads?: number } = {},
): void {
  describeOn("cpu", "cpu", () => body(useBackend(threads), "cpu"));
  describeOn("webgpu", "webgpu", () => body(useWebgpu(), "webgpu"));
}
