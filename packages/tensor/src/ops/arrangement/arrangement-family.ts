import type { OpFamily } from "../../core/op.ts";
import { makeOpFamily } from "../../core/plans/plan-tables.ts";

export const arrangementFamily: OpFamily = /* @__PURE__ */ makeOpFamily({
  wasm: () => import("./wasm.generated.ts"),
  wgsl: () => import("./wgsl.generated.ts"),
});
