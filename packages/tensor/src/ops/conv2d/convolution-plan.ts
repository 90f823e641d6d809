import type { Limits } from "../../core/backend.ts";
import type { PlannedLaunch } from "../../core/launch.ts";
import type { Op, Plan } from "../../core/op.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { broadcastStrides, sameShape, sizeOf } from "../../core/spec.ts";
import type { PlainEpilogue } from "../epilogue/epilogue.ts";
import { plainEpilogue } from "../epilogue/epilogue.ts";
import { epilogueLaunch } from "../epilogue/epilogue-launch.ts";
import type { Conv2dAttributes } from "./conv2d.ts";
import { module, relaxedModule } from "./convolution.wasm.ts";
import { depthwiseLaunches, isDepthwise } from "./depthwise-plan.ts";
import { directLaunches } from "./direct-plan.ts";
import type { Direction } from "./tiling.ts";
import { convolutionShapeOf } from "./tiling.ts";
import { usesWinograd, winogradLaunches } from "./winograd-plan.ts";

/** Launches from the source, the filters and the bias to the target, over filters prepared in a temporary. */
export interface PreparedLaunches {
  readonly launches: readonly PlannedLaunch[];
  readonly temporaries: readonly Spec[];
}

/** A bias of the channels and an activation that the kernel applies; absent for other epilogues. */
function fusedEpilogue(
  inputs: readonly (Spec | undefined)[],
  { epilogue }: Conv2dAttributes,
  output: Shape,
): PlainEpilogue | undefined {
  const plain = plainEpilogue(epilogue);
  if (plain === undefined || !plain.hasAddend) return plain;
  const strides = broadcastStrides(inputs[2]!.shape, output);
  // A dimension of one element is never walked.
  const expected = [0, 1, 0, 0].map((stride, axis) => (output[axis] === 1 ? strides[axis]! : stride));
  return sameShape(strides, expected) ? plain : undefined;
}

/**
 * A convolution with its epilogue, in the way that is fastest. The input gradient is "transposed": dy is the source, dx the
 * target.
 */
export function convolutionPlan(
  direction: Direction,
  op: Op<Conv2dAttributes>,
  inputs: readonly (Spec | undefined)[],
  attrs: Conv2dAttributes,
  limits: Limits,
): Plan {
  const [source, weight] = inputs as readonly Spec[];
  const output = op.outputs(inputs, attrs)[0]!;
  if (sizeOf(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  const fused = fusedEpilogue(inputs, attrs, output.shape);
  const shape = convolutionShapeOf(direction, source!.shape, output.shape, weight!.shape, attrs);
  const from = limits.features.has("relaxed-simd") ? relaxedModule : module;
  const ofTiles = usesWinograd(shape) ? winogradLaunches : directLaunches;
  const launchesOf = isDepthwise(shape) ? depthwiseLaunches : ofTiles;
  const { launches, temporaries } = launchesOf(shape, from, fused);
  const rest = fused === undefined ? [epilogueLaunch(attrs.epilogue!, inputs, output)] : [];
  return { launches: [...launches, ...rest], temporaries, aliases: [] };
}
