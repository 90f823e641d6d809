import type { KernelSchemas, Limits, NamedKernel } from "@evenkeel/tensor";
import { makeWasmKernel } from "@evenkeel/tensor";
import { module, relaxedModule } from "./cpu-kernels.wasm.ts";

/** The module for relaxed SIMD rounds a product and a sum once. */
export const makeCpuKernel = <Schemas extends KernelSchemas, Entry extends keyof Schemas & string>(
  entry: Entry,
  schemas: Schemas,
  { features }: Limits,
): NamedKernel<Schemas[Entry]> =>
  makeWasmKernel(features.has("relaxed-simd") ? relaxedModule : module, entry, schemas);
