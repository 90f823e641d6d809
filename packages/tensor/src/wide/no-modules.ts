import type { WideModule } from "../core/devices/launch.ts";

/** Platforms whose engines do not join vectors have none of these modules. */
export const matmul: WideModule | undefined = undefined;
export const convolution: WideModule | undefined = undefined;
