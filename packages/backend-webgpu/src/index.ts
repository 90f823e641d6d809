export type { WebgpuCounters } from "./counters.ts";
export type { OptionalFeature } from "./open/features.ts";
export type { WebgpuFactory, WebgpuOptions } from "./webgpu.ts";
export { webgpu } from "./webgpu.ts";
export type { LaunchTime, WebgpuBackend } from "./webgpu-backend.ts";
