import type { Shape, Tensor } from "@evenkeel/tensor";
import { ArgumentError, countElements, execute, formatShape, reshape, ShapeError } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkTensors,
  checkValue,
  either,
  listOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { checkArgument } from "../operands/layout.ts";
import { affineRules } from "../operands/options.ts";
import type { LineAttributes } from "./line-attributes.ts";
import type { LineShape } from "./line-values.ts";
import { normalizeLinesOp } from "./normalize-lines.ts";
import { normalizeRowsOp } from "./normalize-rows.ts";

/** The options of norms that normalize every sample by itself. */
export interface LineNormOptions {
  /** Multiplies the normalized values; default: none. */
  readonly scale?: Tensor | undefined;
  /** Added after the scale; default: none. */
  readonly shift?: Tensor | undefined;
  /** Added to the variance before the square root is taken; default: 1e-5. */
  readonly epsilon?: number;
}

export function checkLineNorm(operation: string, x: Tensor, options: LineNormOptions): void {
  checkTensors(operation, x);
  checkOptions<LineNormOptions>(operation, options, affineRules as Rules<LineNormOptions>);
}

/** Normalizes x, seen in another shape. Outputs: y as x, and the statistics of the lines. */
export function runLines(
  x: Tensor,
  shape: LineShape,
  { scale, shift }: LineNormOptions,
  attrs: LineAttributes,
): readonly [y: Tensor, statistics: Tensor] {
  const [, groups, width] = shape;
  const parameters = [scale, shift].map((one) => one && reshape(one, [groups, width]));
  const [y, statistics] = execute(normalizeLinesOp, [reshape(x, shape), ...parameters], attrs);
  return [reshape(y!, x.shape), statistics!];
}

/** The shape over which each line extends, from its length or its dimensions. Throws unless x ends with it. */
export function checkNormalizedShape(operation: string, x: Tensor, normalizedShape: number | Shape): Shape {
  checkValue(
    `${operation}: normalizedShape`,
    normalizedShape,
    either(positiveInteger, listOf(positiveInteger)),
  );
  const shape = [normalizedShape].flat();
  if (shape.length === 0) {
    throw new ArgumentError(`${operation}: normalizedShape: found [], expected at least one dimension`);
  }
  const lead = x.rank - shape.length;
  if (lead < 0 || shape.some((size, axis) => size !== x.shape[lead + axis])) {
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(x.shape)}, expected [..., ${shape.join(", ")}]: normalizedShape`,
    );
  }
  return shape;
}

/** Normalizes over the last dimensions, each position of which has its own scale and shift. */
export function normalizeLastAxes(
  operation: string,
  x: Tensor,
  normalizedShape: number | Shape,
  options: LineNormOptions,
  attrs: LineAttributes,
): Tensor {
  const shape = checkNormalizedShape(operation, x, normalizedShape);
  const reason = "normalizedShape";
  checkArgument(operation, "scale", options.scale, shape, reason);
  checkArgument(operation, "shift", options.shift, shape, reason);
  const rows = countElements(x.shape.slice(0, x.rank - shape.length));
  const width = countElements(shape);
  if (width > longestRow) return runLines(x, [rows, 1, width, 1], options, attrs)[0];
  const parameters = [options.scale, options.shift].map((one) => one && reshape(one, [width]));
  const [y] = execute(normalizeRowsOp, [reshape(x, [rows, width]), ...parameters], attrs);
  return reshape(y!, x.shape);
}

/** A longer row is divided into parts, as a channel of batch norm is. */
const longestRow = 65_536;
