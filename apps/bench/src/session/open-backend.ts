import { cpu } from "@evenkeel/backend-cpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import type { Backend } from "@evenkeel/tensor";

/** Throws BackendError with the reason where it does not open. */
export function openBackend(name: "cpu" | "webgpu", threads: number): Promise<Backend> {
  return name === "cpu" ? cpu.open({ threads }) : webgpu.open();
}
