import { convolution as wideModule } from "#wide";
import type { Limits } from "../../../core/devices/backend.ts";
import type { Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { chooseModule } from "../../../core/plans/kernel-modules.ts";
import type { Shape, Spec } from "../../../core/spec.ts";
import { broadcastStrides, countElements, isSameShape } from "../../../core/spec.ts";
import type { PlainEpilogue } from "../../matmul/epilogue.ts";
import { toPlainEpilogue } from "../../matmul/epilogue.ts";
import { planEpilogue } from "../../matmul/epilogue-launch.ts";
import type { Conv2dAttributes } from "../convolution.ts";
import type { Direction } from "../tiling.ts";
import { makeConvolutionShape } from "../tiling.ts";
import { module, relaxedModule } from "./convolution.wasm.ts";
import { isDepthwise, planDepthwise } from "./depthwise-plan.ts";
import { planDirect } from "./direct-plan.ts";
import { planWinograd, usesWinograd } from "./winograd-plan.ts";

/** A bias of the channels and an activation that the kernel applies; absent for other epilogues. */
function findFusedEpilogue(
  inputs: readonly (Spec | undefined)[],
  { epilogue }: Conv2dAttributes,
  output: Shape,
): PlainEpilogue | undefined {
  const plain = toPlainEpilogue(epilogue);
  if (plain === undefined || !plain.hasAddend) return plain;
  const strides = broadcastStrides(inputs[2]!.shape, output);
  // A dimension of one element is never walked.
  const expected = [0, 1, 0, 0].map((stride, axis) => (output[axis] === 1 ? strides[axis]! : stride));
  return isSameShape(strides, expected) ? plain : undefined;
}

export interface ConvolutionPlan extends Plan {
  /**
   * Statistics of the target, of one part of the batch after the other: [parts, 4, channels], with rows for count, mean, what f32 cuts
   * off the mean, and M2. Absent where they were not asked for, or this convolution has none.
   */
  readonly statistics?: { readonly slot: Slot; readonly parts: number };
}

/**
 * A convolution with its epilogue, in the way that is fastest. The input gradient is "transposed": dy is the source, dx the
 * target.
 */
export function planConvolution(
  direction: Direction,
  output: Spec,
  inputs: readonly (Spec | undefined)[],
  attrs: Conv2dAttributes,
  limits: Limits,
  wantsStatistics: (parts: number) => boolean = () => false,
): ConvolutionPlan {
  const [source, weight] = inputs as readonly Spec[];
  if (countElements(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  const fused = findFusedEpilogue(inputs, attrs, output.shape);
  const shape = makeConvolutionShape(direction, source!.shape, output.shape, weight!.shape, attrs);
  const from = chooseModule(limits, { module, relaxedModule, wideModule });
  const ofTiles = usesWinograd(shape) ? planWinograd : planDirect;
  const choosePlan = isDepthwise(shape) ? planDepthwise : ofTiles;
  const rest = fused === undefined ? [planEpilogue(attrs.epilogue!, inputs, output)] : [];
  const { launches, temporaries, parts = 0 } = choosePlan(shape, from, fused);
  if (fused === undefined || parts === 0 || !wantsStatistics(parts)) {
    return { launches: [...launches, ...rest], temporaries, aliases: [] };
  }
  const slot: Slot = { temporary: temporaries.length };
  const partials: Spec = { shape: [parts, 4, output.shape[1]!], dtype: "f32" };
  return {
    launches: choosePlan(shape, from, fused, slot).launches,
    temporaries: [...temporaries, partials],
    aliases: [],
    statistics: { slot, parts },
  };
}

/** A convolution that leaves statistics of its output too, where its kernel can take them in so many parts as are wanted: for ops that go on from there. */
export function planConv2dStatistics(
  output: Spec,
  inputs: readonly (Spec | undefined)[],
  attrs: Conv2dAttributes,
  limits: Limits,
  wantsStatistics: (parts: number) => boolean,
): ConvolutionPlan {
  return planConvolution("forward", output, inputs, attrs, limits, wantsStatistics);
}
