import type { DType, GradientContext, Tensor, Value } from "@evenkeel/tensor";
import {
  broadcastTo,
  buildExpression,
  cast,
  e,
  evaluateExpression,
  execute,
  mul,
  reshape,
  scope,
  sum,
} from "@evenkeel/tensor";
import { total } from "../batch-norm/batch-norm-training.ts";
import { normalizeGradientOp } from "../gradient/gradient.ts";
import { gradientSumsOp } from "../gradient/gradient-sums.ts";
import type { ChannelValues } from "../pre-activation/normalized.ts";
import { nameChannelValues } from "../pre-activation/normalized.ts";
import { extractRow, nonZero, rows } from "../statistics/rows.ts";
import { propagateThroughStatistics } from "../statistics/statistics.ts";
import type { LineAttributes } from "./line-attributes.ts";
import { asLines, getLineShape, inverseOfLine, listLineTensors, standardizedInLine } from "./line-values.ts";

export interface LineOperands {
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly scale: Tensor | undefined;
  readonly statistics: Tensor;
  /** Whether the gradients of scale and shift are needed. */
  readonly needed: readonly [scale: boolean, shift: boolean];
}

export interface LineGradients {
  readonly dx: Tensor;
  readonly dScale?: Tensor | undefined;
  readonly dShift?: Tensor | undefined;
}

/**
 * With g = scale * dy, over the n values of a line: dx = inverseStd * (g - mean of g - xhat * mean of g * xhat), without
 * the mean of g if the line is not centered; over all lines: dScale = sum dy * xhat, dShift = sum dy.
 */
export function computeLineGradients(context: GradientContext<LineAttributes>): (Tensor | undefined)[] {
  const { inputs, outputs, outputGradients, attrs, needed } = context;
  const [x, scale] = inputs;
  const statistics = outputs[1]!;
  const [dy, dStatistics] = outputGradients;
  const ofRow = (row: number): Tensor | undefined =>
    dStatistics && extractRow(dStatistics, row, [statistics.shape[1]!]);
  return scope(() => {
    const ofParameters = [needed[1] ?? false, needed[2] ?? false] as const;
    const ofY = dy && propagate({ dy, x: x!, scale, statistics, needed: ofParameters }, attrs);
    const lines = asLines(x!);
    const ofStatistics = propagateThroughStatistics(lines, statistics, 0, ofRow(rows.mean), ofRow(rows.m2));
    const gradients = [
      total(ofY?.dx, ofStatistics && reshape(ofStatistics, x!.shape)),
      ofY?.dScale,
      ofY?.dShift,
    ];
    return gradients.map((gradient, index) => (needed[index] ? gradient : undefined));
  });
}

/** The gradients by the parts of batch norm. */
export function propagate(operands: LineOperands, attrs: LineAttributes): LineGradients {
  const [, , , inner] = getLineShape(operands.x);
  if (!attrs.centered) return propagateUncentered(operands, attrs);
  return inner === 1 ? propagateByPosition(operands, attrs) : propagateByChannel(operands, attrs);
}

/** What an expression of a gradient reads, by name. */
interface LineValues {
  readonly dy: Value;
  readonly x: Value;
  readonly line: ChannelValues;
  readonly sums: readonly Value[];
}

/** Evaluates an expression over the operands and sums of lines, in one launch. */
function evaluate(
  { dy, x, scale, statistics }: LineOperands,
  outputs: readonly DType[],
  body: (values: LineValues) => Value[],
  sums: readonly Tensor[] = [],
): Tensor[] {
  const inputs = [dy, x, ...sums, ...listLineTensors(x, statistics, scale)];
  const expression = buildExpression(
    { inputs: inputs.map(({ dtype }) => dtype), outputs },
    ([dy, x, ...others]) => {
      const line = nameChannelValues(others.slice(sums.length), scale !== undefined, false);
      return body({ dy: dy!, x: x!, line, sums: others.slice(0, sums.length) });
    },
  );
  return evaluateExpression(expression, inputs);
}

const scaled = (value: Value, { scale }: ChannelValues): Value => (scale ? e.mul(value, scale) : value);

/** The gradients of scale and shift: sums over all lines, of dy * xhat in f32 and of dy. */
function sumOverLines(
  { dy, needed: [scale, shift] }: LineOperands,
  product: Tensor,
): Omit<LineGradients, "dx"> {
  const axis = [0, 3];
  return {
    dScale: scale ? sum(product, { axis }) : undefined,
    dShift: shift ? sum(cast(dy, "f32"), { axis }) : undefined,
  };
}

/**
 * For lines in which every position has its own scale: dx is that of batch norm, whose channels are the lines. scale * dy stays in f32,
 * as a rounded one would be off by more than dx.
 */
function propagateByPosition(operands: LineOperands, attrs: LineAttributes): LineGradients {
  const { dy, x, statistics, scale } = operands;
  const wide = ["f32", ...(scale ? (["f32"] as const) : [])] as const;
  const [product, g = cast(dy, "f32")] = evaluate(operands, wide, ({ dy, x, line }) => [
    e.mul(dy, standardizedInLine(x, line, attrs)),
    ...(scale ? [scaled(dy, line)] : []),
  ]) as [Tensor, Tensor?];
  const ofBatch = {
    axis: 0,
    epsilon: attrs.epsilon,
    activation: "none",
    residual: false,
    ofBatch: true,
  } as const;
  const none = undefined;
  const inputs = [asLines(g), asLines(cast(x, "f32")), statistics, none, none, none];
  const [dx] = execute(normalizeGradientOp, inputs, ofBatch);
  return { dx: cast(reshape(dx!, x.shape), x.dtype), ...sumOverLines(operands, product) };
}

/**
 * For lines that consist of channels: the sums of each channel of each sample come from the first half of the gradient of batch
 * norm, and those of lines and of all samples from these few numbers.
 */
function propagateByChannel(operands: LineOperands, attrs: LineAttributes): LineGradients {
  const { dy, x, statistics, scale } = operands;
  const [samples, groups, width, inner] = getLineShape(x);
  const channels = samples * groups * width;
  const repeated = broadcastTo(reshape(statistics, [4, samples * groups, 1]), [4, samples * groups, width]);
  const asChannels = (of: Tensor): Tensor => reshape(of, [channels, inner]);
  const ofChannels = execute(
    gradientSumsOp,
    [asChannels(dy), asChannels(x), reshape(repeated, [4, channels]), undefined, undefined, undefined],
    { axis: 0, epsilon: attrs.epsilon, activation: "none", residual: false },
  )[0]!;
  const sums = reshape(ofChannels, [2, samples, groups, width]);
  const weighted = scale ? mul(sums, scale) : sums;
  const ofLines = sum(weighted, { axis: 3 });
  const [dx] = evaluate(
    operands,
    [x.dtype],
    ({ dy, x, line, sums: [ofProducts, ofGradients] }) => {
      const count = nonZero(line.count);
      const xhat = standardizedInLine(x, line, attrs);
      const centred = e.sub(scaled(dy, line), e.div(ofGradients!, count));
      return [e.mul(inverseOfLine(line, attrs), e.sub(centred, e.mul(xhat, e.div(ofProducts!, count))))];
    },
    [0, 1].map((row) => extractRow(ofLines, row, [samples, groups, 1, 1])),
  );
  const ofParameters = sum(sums, { axis: 1 });
  const [dScale, dShift] = [0, 1].map((row) => extractRow(ofParameters, row, [groups, width]));
  return { dx: dx!, dScale: dScale!, dShift: dShift! };
}

/** For lines from which no mean is subtracted. */
function propagateUncentered(operands: LineOperands, attrs: LineAttributes): LineGradients {
  const { x, scale } = operands;
  const [, , width, inner] = getLineShape(x);
  const values = Math.max(1, width * inner);
  const [product, ofScaled = product] = evaluate(
    operands,
    ["f32", ...(scale ? (["f32"] as const) : [])],
    ({ dy, x, line }) => {
      const product = e.mul(dy, standardizedInLine(x, line, attrs));
      return scale ? [product, scaled(product, line)] : [product];
    },
  ) as [Tensor, Tensor?];
  const [dx] = evaluate(
    operands,
    [x.dtype],
    ({ dy, x, line, sums: [ofProducts] }) => {
      const mean = e.div(ofProducts!, values);
      const xhat = standardizedInLine(x, line, attrs);
      return [e.mul(inverseOfLine(line, attrs), e.sub(scaled(dy, line), e.mul(xhat, mean)))];
    },
    [sum(ofScaled, { axis: [2, 3], keepDims: true })],
  );
  return { dx: dx!, ...sumOverLines(operands, product) };
}
