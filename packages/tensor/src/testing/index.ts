/** For tests of libraries and of backends: devices without a processor, devices that record or fail, buffers, and plans that run with or without a device. */
export { makeBackendWith } from "./backend-with.ts";
export type { Fallible } from "./failing-backend.ts";
export { FailingBackend } from "./failing-backend.ts";
export type { MemoryBackendOptions } from "./memory-backend.ts";
export { MemoryBackend } from "./memory-backend.ts";
export { launchPlan, makeBuffer, makeView, readValues } from "./on-device.ts";
export type { RecordedLaunch, Traffic } from "./recording-backend.ts";
export { RecordingBackend } from "./recording-backend.ts";
export type { RunPlanOptions } from "./run-plan.ts";
export { runPlan } from "./run-plan.ts";
