import { cpu } from "@evenkeel/backend-cpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import type { Backend } from "@evenkeel/tensor";

/** Dawn rounds timestamps to steps of 65 microseconds, longer than many launches take, unless it is told not to. */
const exactTimestamps = "disable-dawn-features=timestamp_quantization";

/** Throws BackendError with the reason where it does not open. */
export function openBackend(name: "cpu" | "webgpu", threads: number): Promise<Backend> {
  return name === "cpu"
    ? cpu({ threads }).open()
    : webgpu({ software: true, flags: [exactTimestamps] }).open();
}
