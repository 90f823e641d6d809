/** Plans in WebAssembly that others go on from. An entry of its own, because it loads with them and not with the ops. */
export type { ConvolutionPlan } from "./ops/convolution/wasm/convolution-plan.ts";
export { conv2dStatisticsPlan } from "./ops/convolution/wasm/convolution-plan.ts";
