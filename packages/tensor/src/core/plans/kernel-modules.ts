import type { Limits } from "../devices/backend.ts";
import type { KernelModule, WideModule } from "../devices/launch.ts";

/** What one source of kernels is compiled to. */
export interface KernelModules {
  readonly module: string;
  readonly relaxedModule: string;
  /** Undefined where the platform has none. */
  readonly wideModule: WideModule | undefined;
}

/** The module with the widest vectors and the fewest instructions that the device can run. A wide one needs relaxed SIMD too. */
export function chooseModule(
  { features }: Limits,
  { module, relaxedModule, wideModule }: KernelModules,
): KernelModule {
  if (!features.has("relaxed-simd")) return module;
  return features.has("wide-simd") && wideModule !== undefined ? wideModule : relaxedModule;
}
