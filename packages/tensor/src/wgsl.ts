/** What plans in WGSL are made of. An entry of its own, because it loads with them and not with the ops. */
export * from "./core/devices/float-elements.ts";
export * from "./core/plans/wgsl.ts";
export { planTable } from "./core/plans/widen-floats.ts";
export type { LineMap, Reducer } from "./ops/reduction/wgsl/fold.wgsl.ts";
export { foldPlan, mapPlan } from "./ops/reduction/wgsl/fold-plan.ts";
export type { LineLayout } from "./ops/reduction/wgsl/line-cut.ts";
export { workgroupSize } from "./ops/reduction/wgsl/line-cut.ts";
export * from "./ops/reduction/wgsl/line-kernel.wgsl.ts";
