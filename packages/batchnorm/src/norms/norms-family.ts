import type { OpFamily } from "@evenkeel/tensor";
import { makeOpFamily } from "@evenkeel/tensor";

/** The norms of rows, apart from batch norm, so that a program with one of them does not load the kernels of the other. */
export const normsFamily: OpFamily = /* @__PURE__ */ makeOpFamily({
  wasm: () => import("./wasm.generated.ts"),
  wgsl: () => import("./wgsl.generated.ts"),
});
