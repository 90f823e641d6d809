/** The modules of kernels for vectors of 256 bits. Only Node gets this file: the import `#wide` leads other platforms to `no-modules.ts`. */
import type { WideModule } from "../core/devices/launch.ts";
import { makeWideModule } from "../core/devices/launch.ts";
import { wideModule as convolutionModule } from "../ops/convolution/wasm/convolution.wide.ts";
import { wideModule as matmulModule } from "../ops/matmul/wasm/matmul.wide.ts";

export const matmul: WideModule | undefined = makeWideModule(matmulModule);
export const convolution: WideModule | undefined = makeWideModule(convolutionModule);
