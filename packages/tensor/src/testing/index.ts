/** For tests of libraries and of backends: devices without a processor, devices that record or fail, and plans that run without a device. */
export { backendWith } from "./backend-with.ts";
export type { Fallible } from "./failing-backend.ts";
export { FailingBackend } from "./failing-backend.ts";
export type { MemoryBackendOptions } from "./memory-backend.ts";
export { MemoryBackend } from "./memory-backend.ts";
export type { RecordedLaunch, Traffic } from "./recording-backend.ts";
export { RecordingBackend } from "./recording-backend.ts";
export type { RunPlanOptions } from "./run-plan.ts";
export { runPlan } from "./run-plan.ts";
