import { cpu } from "@evenkeel/backend-cpu";
import { type WebgpuFactory, webgpu } from "@evenkeel/backend-webgpu";
import type { BackendFactory } from "@evenkeel/tensor";
import type { CommonOptions } from "./settings.ts";

/**
 * The devices that a task may use, in order of preference. A software GPU is used only if WebGPU is requested by
 * name, because the CPU backend is faster.
 */
export const listBackends = ({
  backend,
  threads,
}: Pick<CommonOptions, "backend" | "threads">): readonly [WebgpuFactory, BackendFactory<"cpu">] => [
  webgpu({ software: backend === "webgpu" }),
  cpu({ threads: threads === 0 ? undefined : threads }),
];
