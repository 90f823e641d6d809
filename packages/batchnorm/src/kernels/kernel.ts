import type { Kernel, Limits } from "@evenkeel/tensor";
import { wasmKernel } from "@evenkeel/tensor";
import { module, relaxedModule } from "./kernels.wasm.ts";

/** The module for relaxed SIMD rounds a product and a sum once. */
export const kernelOf = (entry: string, { features }: Limits): Kernel =>
  wasmKernel(features.has("relaxed-simd") ? relaxedModule : module, entry);
