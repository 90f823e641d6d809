import type { OpFamily } from "@evenkeel/tensor";
import { makeOpFamily } from "@evenkeel/tensor";

export const batchNormFamily: OpFamily = /* @__PURE__ */ makeOpFamily({
  wasm: () => import("./wasm.generated.ts"),
  wgsl: () => import("./wgsl.generated.ts"),
});
