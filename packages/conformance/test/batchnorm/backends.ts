import type { Backend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe } from "vitest";
import { openWebgpu, reasonToSkip, testPresence } from "../webgpu-support.ts";
import { useBackend } from "./tools.ts";

export type BackendName = "cpu" | "webgpu";

function useWebgpu(): () => Backend {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openWebgpu({ keepsNonFinite: true });
  });
  afterAll(() => backend.close());
  return () => backend;
}

/** Declares the tests of `body` on the CPU, on one thread unless said otherwise, and on WebGPU where there is one. */
export function onEachBackend(
  body: (backend: () => Backend, name: BackendName) => void,
  { threads = 1 }: { readonly threads?: number } = {},
): void {
  describe("cpu", () => body(useBackend(threads), "cpu"));
  testPresence();
  describe.skipIf(reasonToSkip !== undefined)("webgpu", () => body(useWebgpu(), "webgpu"));
}
