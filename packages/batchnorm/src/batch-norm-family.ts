import type { OpFamily } from "@evenkeel/tensor";
import { opFamily } from "@evenkeel/tensor";

export const batchNormFamily: OpFamily = /* @__PURE__ */ opFamily({
  wasm: () => import("./wasm.generated.ts"),
  wgsl: () => import("./wgsl.generated.ts"),
});
