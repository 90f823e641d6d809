import type { DeferredPlans } from "@evenkeel/tensor";
import { deferPlans } from "@evenkeel/tensor";

/** The plans of this package's ops that load with a device. */
export const deferred: DeferredPlans = /* @__PURE__ */ deferPlans({
  wgsl: () => import("./shaders.generated.ts"),
});
