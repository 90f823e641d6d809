import type { OpFamily } from "@evenkeel/tensor";
import { opFamily } from "@evenkeel/tensor";

/** Separate from the family of other batch norms, because its plans include the kernels of convolutions. */
export const conv2dBatchNormFamily: OpFamily = /* @__PURE__ */ opFamily({
  wasm: () => import("./wasm.generated.ts"),
});
