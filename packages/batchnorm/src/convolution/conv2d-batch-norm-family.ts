import type { OpFamily } from "@evenkeel/tensor";
import { opFamily } from "@evenkeel/tensor";

/** Apart from other batch norms, because its plans bring the kernels of convolutions along. */
export const conv2dBatchNormFamily: OpFamily = /* @__PURE__ */ opFamily({
  wasm: () => import("./wasm.generated.ts"),
});
