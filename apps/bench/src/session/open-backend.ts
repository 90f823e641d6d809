import { cpu } from "@evenkeel/backend-cpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import type { Backend } from "@evenkeel/tensor";

/** Without this option Dawn rounds timestamps to 65 microseconds, longer than many launches take. */
const exactTimestamps = "disable-dawn-features=timestamp_quantization";

/** Throws BackendError with the reason if the backend cannot open. */
export function openBackend(name: "cpu" | "webgpu", threads: number): Promise<Backend> {
  return name === "cpu"
    ? cpu({ threads }).open()
    : webgpu({ software: true, flags: [exactTimestamps] }).open();
}

/** The CPU with vectors of 128 bits, as in a browser. */
export const openNarrowCpu = (threads: number): Promise<Backend> => cpu({ threads, vectors: 128 }).open();
