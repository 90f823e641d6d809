export type { BatchRenormOptions } from "./batch-renorm.ts";
export { batchRenorm } from "./batch-renorm.ts";
export { groupNorm } from "./group-norm.ts";
export type { InstanceNormOptions, InstanceNormResult } from "./instance-norm.ts";
export { instanceNorm } from "./instance-norm.ts";
export type { RmsNormOptions } from "./layer-norm.ts";
export { layerNorm, rmsNorm } from "./layer-norm.ts";
export type { LineNormOptions } from "./line-options.ts";
export { standardizeWeight } from "./weight-standardization.ts";
