/** What plans in WebAssembly are made of. An entry of its own, because it loads with them and not with the ops. */
export { planTable } from "./core/plan-tables.ts";
export type { ConvolutionPlan } from "./ops/convolution/wasm/convolution-plan.ts";
export { conv2dStatisticsPlan } from "./ops/convolution/wasm/convolution-plan.ts";
