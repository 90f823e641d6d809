import type { Limits } from "../../../core/backend.ts";
import type { Kernel, KernelLaunch, PlannedLaunch, ScalarSlot, Slot, Work } from "../../../core/launch.ts";
import { wasmKernel } from "../../../core/launch.ts";
import type { Plan } from "../../../core/op.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { ConvolutionAttributes } from "../convolution.ts";
import { filterGradientShape } from "../convolution.ts";
import { convolutionShapeOf } from "../tiling.ts";
import { module, relaxedModule } from "./convolution.wasm.ts";
import { isDepthwise } from "./depthwise-plan.ts";
import { depthwiseSums } from "./depthwise-sums.ts";
import { chunkOf } from "./direct-plan.ts";
import { directSums } from "./direct-sums.ts";
import { usesWinogradSums, winogradSums } from "./winograd-sums.ts";

/** Floats that are merged at a time. */
const mergeBlock = 1024;

/** A kernel that sums over slices of the batch: x and dy to as many gradients, one after the other. */
export interface Sums {
  readonly slices: number;
  readonly kernel: Kernel;
  readonly parameters: readonly number[];
  readonly work: Work;
}

/** Sums over slices of the batch; where there are several, a second launch adds them up in order. */
export function filterGradientPlan(
  [x, dy]: readonly (Spec | undefined)[],
  attrs: ConvolutionAttributes,
  limits: Limits,
): Plan {
  const weight = filterGradientShape("conv2dFilterGradient", x!, dy!, attrs);
  const size = sizeOf(weight);
  if (size === 0) return { launches: [], temporaries: [], aliases: [] };
  const shape = convolutionShapeOf("forward", x!.shape, dy!.shape, weight, attrs);
  const from = limits.features.has("relaxed-simd") ? relaxedModule : module;
  const ofTiles = usesWinogradSums(shape) ? winogradSums : directSums;
  const sumsOf = isDepthwise(shape) ? depthwiseSums : ofTiles;
  const { slices, ...own } = sumsOf(shape, from);
  const isSliced = slices > 1;
  const sums: KernelLaunch<Slot, ScalarSlot> = {
    kind: "kernel",
    reads: [{ input: 0 }, { input: 1 }],
    writes: [isSliced ? { temporary: 0 } : { output: 0 }],
    ...own,
  };
  if (!isSliced) return { launches: [sums], temporaries: [], aliases: [] };
  const merge: PlannedLaunch = {
    kind: "kernel",
    kernel: wasmKernel(from, "mergeSlices"),
    reads: [{ temporary: 0 }],
    writes: [{ output: 0 }],
    parameters: [size, slices, mergeBlock],
    work: { items: Math.ceil(size / mergeBlock), chunk: chunkOf(mergeBlock * slices) },
  };
  return {
    launches: [sums, merge],
    temporaries: [{ shape: [slices, size], dtype: "f32" }],
    aliases: [],
  };
}
