import type { Backend } from "@evenkeel/tensor";
import { expect } from "vitest";

/** Expects no more memory in use than before. Tensors of earlier tests may be freed meanwhile, whenever the engine collects them. */
export function expectNoLeak(backend: Backend, before: number): void {
  expect(backend.memory().live).toBeLessThanOrEqual(before);
}
