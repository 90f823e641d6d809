import type { OpFamily } from "@evenkeel/tensor";
import { makeOpFamily } from "@evenkeel/tensor";

/** Separate from the family of other batch norms, because its plans include the kernels of convolutions. */
export const conv2dBatchNormFamily: OpFamily = /* @__PURE__ */ makeOpFamily({
  wasm: () => import("./wasm.generated.ts"),
});
