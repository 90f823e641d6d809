/** Plans in WebAssembly on which others build. This is a separate entry, because it is loaded with them and not with the ops. */
export type { ConvolutionPlan } from "./ops/convolution/wasm/convolution-plan.ts";
export { planConv2dStatistics } from "./ops/convolution/wasm/convolution-plan.ts";
