import { cpu } from "@evenkeel/backend-cpu";
import { type WebgpuFactory, webgpu } from "@evenkeel/backend-webgpu";
import type { BackendFactory } from "@evenkeel/tensor";
import type { Options } from "./options.ts";

/**
 * The devices that the job may run on, in the order of preference. A GPU that is emulated in software is used only where WebGPU is
 * asked for by name: the CPU backend is faster.
 */
export const backendsFor = ({
  backend,
  threads,
}: Options): readonly [WebgpuFactory, BackendFactory<"cpu">] => [
  webgpu({ software: backend === "webgpu" }),
  cpu({ threads: threads === 0 ? undefined : threads }),
];
