import type { OpFamily } from "../../core/op.ts";
import { opFamily } from "../../core/plans/plan-tables.ts";

export const convolutionFamily: OpFamily = /* @__PURE__ */ opFamily({
  wasm: () => import("./wasm.generated.ts"),
  wgsl: () => import("./wgsl.generated.ts"),
});
