export type { WebgpuCounters } from "./counters.ts";
export type { OptionalFeature } from "./open/features.ts";
export type { LaunchTime } from "./queue/pass-timer.ts";
export type { WebgpuFactory, WebgpuOptions } from "./webgpu.ts";
export { webgpu } from "./webgpu.ts";
export type { WebgpuBackend } from "./webgpu-backend.ts";
