import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { formatShape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { EpilogueAttributes } from "../matmul/epilogue.ts";
import type { Margin } from "./window-options.ts";

/**
 * The attributes that the three passes of a convolution share, with one number for each spatial dimension. The windows fit
 * the padded input exactly, so each of the shapes of x, weight and y follows from the other two.
 */
export interface ConvolutionAttributes {
  readonly stride: readonly number[];
  /** The number of zeros before and after x. A negative number after x excludes pixels that no window reaches. */
  readonly padding: readonly Margin[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

export type Conv2dAttributes = ConvolutionAttributes & EpilogueAttributes;

export interface FilterGradientAttributes extends ConvolutionAttributes {
  /** The dtype of the gradient; default: that of x. */
  readonly dtype?: DType;
}

/** One spatial dimension: position `stride * y + dilation * tap - before` of x meets `tap` in `y`. */
export interface ConvolutionAxis {
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly dilation: number;
}

export const listAxes = ({ stride, padding, dilation }: ConvolutionAttributes): readonly ConvolutionAxis[] =>
  padding.map(([before, after], index) => ({
    stride: stride[index]!,
    before,
    after,
    dilation: dilation[index]!,
  }));

/** The number of pixels from the first to the last one that a window of `taps` taps reads, both included. */
export const countWindow = ({ dilation }: Pick<ConvolutionAxis, "dilation">, taps: number): number =>
  dilation * (taps - 1) + 1;

const computeOutputSize = (axis: ConvolutionAxis, x: number, taps: number): number =>
  (x + axis.before + axis.after - countWindow(axis, taps)) / axis.stride + 1;

const computeInputSize = (axis: ConvolutionAxis, y: number, taps: number): number =>
  (y - 1) * axis.stride + countWindow(axis, taps) - axis.before - axis.after;

const computeKernelSize = (axis: ConvolutionAxis, x: number, y: number): number =>
  (x + axis.before + axis.after - (y - 1) * axis.stride - 1) / axis.dilation + 1;

/** Throws DTypeError unless the operand is a float, ShapeError unless it has two dimensions and the spatial ones. */
function checkOperand(
  operation: string,
  argument: string,
  spec: Spec,
  { stride: { length } }: ConvolutionAttributes,
): void {
  checkDType(operation, argument, spec, ...floatTypes);
  if (spec.shape.length === 2 + length) return;
  throw new ShapeError(
    `${operation}: ${argument}: found ${formatShape(spec.shape)}, expected ${2 + length} dimensions`,
  );
}

/** Throws ShapeError unless the sizes, one for each dimension, are integers of at least `least`. */
function checkSizes(operation: string, sizes: readonly number[], least: number, found: string): void {
  if (sizes.every((size) => Number.isInteger(size) && size >= least)) return;
  throw new ShapeError(
    `${operation}: found ${found}, expected windows that fit: the output would have the shape ${formatShape(sizes)}`,
  );
}

/** The shape of y. */
export function computeConvolutionShape(
  operation: string,
  x: Spec,
  weight: Spec,
  attrs: ConvolutionAttributes,
): Shape {
  checkOperand(operation, "x", x, attrs);
  checkOperand(operation, "weight", weight, attrs);
  const { groups } = attrs;
  const [n, c] = x.shape as [number, number];
  const [o, ofGroup] = weight.shape as [number, number];
  const found = `x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}`;
  if (c !== ofGroup * groups || o % groups !== 0) {
    throw new ShapeError(
      `${operation}: found ${found}, groups ${groups}, expected ${ofGroup * groups} channels in x, and a multiple of ${groups} in y`,
    );
  }
  const sizes = listAxes(attrs).map((axis, index) =>
    computeOutputSize(axis, x.shape[2 + index]!, weight.shape[2 + index]!),
  );
  checkSizes(operation, sizes, 1, found);
  return [n, o, ...sizes];
}

/** The shape of x. */
export function computeInputGradientShape(
  operation: string,
  y: Spec,
  weight: Spec,
  attrs: ConvolutionAttributes,
): Shape {
  checkOperand(operation, "y", y, attrs);
  checkOperand(operation, "weight", weight, attrs);
  const found = `y ${formatShape(y.shape)}, weight ${formatShape(weight.shape)}`;
  if (y.shape[1] !== weight.shape[0] || weight.shape[0]! % attrs.groups !== 0) {
    throw new ShapeError(
      `${operation}: found ${found}, groups ${attrs.groups}, expected ${weight.shape[0]} channels in y, a multiple of the groups`,
    );
  }
  const sizes = listAxes(attrs).map((axis, index) =>
    computeInputSize(axis, y.shape[2 + index]!, weight.shape[2 + index]!),
  );
  checkSizes(operation, sizes, 0, found);
  return [y.shape[0]!, weight.shape[1]! * attrs.groups, ...sizes];
}

/** The shape of the weight. */
export function computeFilterGradientShape(
  operation: string,
  x: Spec,
  y: Spec,
  attrs: ConvolutionAttributes,
): Shape {
  checkOperand(operation, "x", x, attrs);
  checkOperand(operation, "y", y, attrs);
  const { groups } = attrs;
  const found = `x ${formatShape(x.shape)}, y ${formatShape(y.shape)}`;
  const [n, c] = x.shape as [number, number];
  if (n !== y.shape[0] || c % groups !== 0 || y.shape[1]! % groups !== 0) {
    throw new ShapeError(
      `${operation}: found ${found}, groups ${groups}, expected one batch size, and channels in multiples of the groups`,
    );
  }
  const sizes = listAxes(attrs).map((axis, index) =>
    computeKernelSize(axis, x.shape[2 + index]!, y.shape[2 + index]!),
  );
  checkSizes(operation, sizes, 1, found);
  return [y.shape[1]!, c / groups, ...sizes];
}

/**
 * Visits the products x[ofX + stepX p] weight[ofWeight], p < count, that a convolution adds to y[ofY + p], row by row:
 *
 * y[n, o, i, j] = sum over c, k, l of x[n, c, i stride + k dilation - before, j ...] weight[o, c, k, l], c in the group of o,
 * where x is zero outside. Positions are row-major.
 */
export function forEachRowOfProducts(
  x: Shape,
  weight: Shape,
  y: Shape,
  attrs: ConvolutionAttributes,
  visit: (count: number, ofX: number, stepX: number, ofWeight: number, ofY: number) => void,
): void {
  const [axisY, axisX] = listAxes(attrs) as [ConvolutionAxis, ConvolutionAxis];
  const [images, channels, height, width] = x as [number, number, number, number];
  const [outputs, ofGroup, tapsY, tapsX] = weight as [number, number, number, number];
  const [, , rows, columns] = y as [number, number, number, number];
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / (outputs / attrs.groups)) * ofGroup;
      for (let c = 0; c < ofGroup; c++) {
        for (let k = 0; k < tapsY; k++) {
          for (let l = 0; l < tapsX; l++) {
            const shift = l * axisX.dilation - axisX.before;
            const left = Math.max(0, Math.ceil(-shift / axisX.stride));
            const count = Math.min(columns, Math.ceil((width - shift) / axisX.stride)) - left;
            if (count <= 0) continue;
            for (let i = 0; i < rows; i++) {
              const row = i * axisY.stride + k * axisY.dilation - axisY.before;
              if (row < 0 || row >= height) continue;
              visit(
                count,
                ((n * channels + first + c) * height + row) * width + left * axisX.stride + shift,
                axisX.stride,
                ((o * ofGroup + c) * tapsY + k) * tapsX + l,
                ((n * outputs + o) * rows + i) * columns + left,
              );
            }
          }
        }
      }
    }
  }
}
