import { cpu } from "@evenkeel/backend-cpu";
import { type WebgpuFactory, webgpu } from "@evenkeel/backend-webgpu";
import type { BackendFactory } from "@evenkeel/tensor";
import type { Options } from "./options.ts";

/**
 * The devices that the job may use, in order of preference. A software GPU is used only if WebGPU is requested by
 * name, because the CPU backend is faster.
 */
export const listBackends = ({
  backend,
  threads,
}: Options): readonly [WebgpuFactory, BackendFactory<"cpu">] => [
  webgpu({ software: backend === "webgpu" }),
  cpu({ threads: threads === 0 ? undefined : threads }),
];
