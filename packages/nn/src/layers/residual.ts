import type { Backend, Expression, Tensor } from "@evenkeel/tensor";
import { ArgumentError, buildExpression, e, evaluateExpression, relu } from "@evenkeel/tensor";
import type { Initializer } from "../initializers/init.ts";
import { kaimingNormal, zeros } from "../initializers/init.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import type { Conv2d } from "./convolution.ts";
import type { BatchNormEpilogue } from "./epilogue.ts";
import { isFusing, runLayer, runPair } from "./fusion.ts";
import { isIdentity } from "./identity.ts";

/** The initializers of convolutions in residual networks: He et al. 2015 with fanOut, as in torchvision. */
export const residualInit: { readonly weightInit: Initializer; readonly biasInit: Initializer } = {
  weightInit: (shape, draw) => kaimingNormal({ mode: "fanOut", nonlinearity: "relu" })(shape, draw),
  biasInit: zeros,
};

let sumAndRelu: Expression | undefined;

/** max(x + residual, 0) in one launch. */
function addRelu(x: Tensor, residual: Tensor): Tensor {
  sumAndRelu ??= buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => {
    const total = e.add(a!, b!);
    return e.select(e.lessEqual(total, 0), 0, total);
  });
  return evaluateExpression(sumAndRelu, [x, residual])[0]!;
}

const takesRelu = (layer: Conv2d | BatchNorm2d): boolean => isFusing(layer) && layer.takes("relu");

/** A convolution, its batch norm, the residual and ReLU, fused unless a `forward` has been overridden. */
export function convolve(
  convolution: Conv2d,
  ownNorm: BatchNorm2d | undefined,
  x: Tensor,
  residual?: Tensor,
): Tensor {
  const norm = isIdentity(ownNorm) ? undefined : ownNorm;
  const epilogue: BatchNormEpilogue = { activation: "relu", ...(residual && { residual }) };
  if (norm && takesRelu(norm)) {
    return runPair(convolution, norm, x, epilogue) ?? runLayer(norm, runLayer(convolution, x, {}), epilogue);
  }
  if (!norm && !residual && takesRelu(convolution)) return runLayer(convolution, x, epilogue);
  const convolved = runLayer(convolution, x, {});
  const y = norm ? runLayer(norm, convolved, {}) : convolved;
  return residual ? addRelu(y, residual) : relu(y);
}

/** The last norm of a block, or none. With a scale of 0 the block starts as its shortcut (Goyal et al. 2017, section 5.1). */
export function makeLastNorm(
  channels: number,
  { zeroInit, normalization, backend }: LastNormOptions,
): BatchNorm2d | undefined {
  if (normalization === "none") return undefined;
  const norm = new BatchNorm2d(channels, { backend });
  if (zeroInit) norm.scale!.value = zeros([channels], { backend });
  return norm;
}

interface LastNormOptions {
  readonly zeroInit?: boolean;
  readonly normalization?: "batch" | "none";
  readonly backend?: Backend;
}

/** Throws ArgumentError where there is no norm whose scale could start at 0. */
export function checkZeroInit(where: string, { zeroInit, normalization }: LastNormOptions): void {
  if (!zeroInit || normalization !== "none") return;
  throw new ArgumentError(`${where}: zeroInit: found normalization "none", expected "batch"`);
}
