import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  buildExpression,
  countElements,
  e,
  evaluateExpression,
  mul,
  reshape,
  sum,
} from "@evenkeel/tensor";
import type { BatchNorm } from "../layers/batch-norm.ts";
import { Convolution } from "../layers/convolution.ts";
import { isFusing } from "../layers/fusion.ts";
import { Linear } from "../layers/linear.ts";
import type { AnyModule } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";

type AnyConvolution = Convolution<{ readonly groups?: number }>;

/** A layer whose output is a linear function of its input. */
export type LinearLayer = Linear | AnyConvolution;

/** Whether the layer computes what its class does, neither `forward` nor `forwardWith` being overridden. */
export function isLinearLayer(module: AnyModule): module is LinearLayer {
  if (!isFusing(module)) return false;
  const base = module instanceof Convolution ? Convolution : Linear;
  return module instanceof base && module.forwardWith === base.prototype.forwardWith;
}

const getGeometry = (
  layer: LinearLayer,
): {
  readonly groups?: number;
  readonly padding?: unknown;
  readonly stride?: unknown;
  readonly outputPadding?: unknown;
} => (layer instanceof Linear ? {} : layer.geometry);

/** The numbers of input and output channels. */
export function countChannels(layer: LinearLayer): { readonly inputs: number; readonly outputs: number } {
  if (!(layer instanceof Linear)) return { inputs: layer.inChannels, outputs: layer.outChannels };
  const [outputs, inputs] = layer.weight.value.shape as [number, number];
  return { inputs, outputs };
}

const isAll = (extent: unknown, size: number): boolean =>
  extent === undefined || [extent].flat(2).every((one) => one === size);

/**
 * Whether every output sums all taps of the kernel, so that a constant added to the input adds one to the output. Padding that is
 * taken from the input has the constant too.
 */
export function readsWholeWindows(layer: LinearLayer): boolean {
  if (layer instanceof Convolution && layer.paddingMode !== "zeros") return true;
  const { padding, stride, outputPadding } = getGeometry(layer);
  const isPoint = layer.weight.value.shape.slice(2).every((size) => size === 1);
  const isSame = padding === "same" || padding === "sameLower";
  const isUnpadded = padding === "valid" || isAll(padding, 0) || (isSame && isPoint);
  if (layer instanceof Linear || !layer.isTransposed) return isUnpadded;
  return isPoint && isUnpadded && isAll(stride, 1) && isAll(outputPadding, 0);
}

/** The batch norm as y = x * factor + addend, for each channel. */
function computeFactors(norm: BatchNorm): readonly [factor: Tensor, addend: Tensor] {
  const { scale, shift, runningMean, runningVariance, epsilon } = norm;
  const parameters = [scale, shift].flatMap((one) => (one ? [one.value] : []));
  const inputs = [runningMean!.value, runningVariance!.value, ...parameters];
  const expression = buildExpression(
    { inputs: inputs.map(() => "f32") },
    ([mean, variance, ...parameters]) => {
      const scaleValue = scale ? parameters.shift()! : 1;
      const total = e.add(variance!, epsilon);
      const isZero = e.equal(total, 0);
      const factor = e.select(isZero, 0, e.div(scaleValue, e.sqrt(e.select(isZero, 1, total))));
      const moved = e.neg(e.mul(mean!, factor));
      return [factor, shift ? e.add(moved, parameters[0]!) : moved];
    },
  );
  return evaluateExpression(expression, inputs) as [Tensor, Tensor];
}

/** The weight as [groups, first, second, taps], and which of the two is the axis of input channels of a group. */
function viewWeight(layer: LinearLayer): {
  readonly shape: readonly number[];
  readonly inputAxis: 1 | 2;
  readonly outputAxis: 1 | 2;
} {
  const { groups = 1 } = getGeometry(layer);
  const [first, second, ...window] = layer.weight.value.shape as [number, number, ...number[]];
  const shape = [groups, first / groups, second, countElements(window)];
  return !(layer instanceof Linear) && layer.isTransposed
    ? { shape, inputAxis: 1, outputAxis: 2 }
    : { shape, inputAxis: 2, outputAxis: 1 };
}

const alongAxis = (values: Tensor, groups: number, axis: 1 | 2): Tensor =>
  reshape(values, axis === 1 ? [groups, -1, 1, 1] : [groups, 1, -1, 1]);

function setWeights(layer: LinearLayer, weight: Tensor, bias: Tensor): void {
  layer.weight.value = reshape(weight, layer.weight.value.shape);
  if (layer.bias) layer.bias.value = bias;
  else (layer as { bias: Parameter | undefined }).bias = new Parameter(bias, { decayed: false });
}

/** Changes the layer to what it and the batch norm behind it compute: W f and b f + a. */
export function foldBehind(layer: LinearLayer, norm: BatchNorm): void {
  const [factor, addend] = computeFactors(norm);
  const { shape, outputAxis } = viewWeight(layer);
  const weight = mul(reshape(layer.weight.value, shape), alongAxis(factor, shape[0]!, outputAxis));
  setWeights(layer, weight, layer.bias ? add(mul(layer.bias.value, factor), addend) : addend);
}

/** Changes the layer to what the batch norm in front of it and the layer compute: W f and b + W a. */
export function foldInFront(norm: BatchNorm, layer: LinearLayer): void {
  const [factor, addend] = computeFactors(norm);
  const { shape, inputAxis } = viewWeight(layer);
  const weight = reshape(layer.weight.value, shape);
  const along = (values: Tensor): Tensor => alongAxis(values, shape[0]!, inputAxis);
  const constant = reshape(sum(mul(weight, along(addend)), { axis: [inputAxis, 3] }), [-1]);
  setWeights(layer, mul(weight, along(factor)), layer.bias ? add(layer.bias.value, constant) : constant);
}
