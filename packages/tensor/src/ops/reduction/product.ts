import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { countElements } from "../../core/spec.ts";
import { isFloat } from "../../expression/dtype.ts";
import { arithmeticTypes, floatTypes } from "../../expression/dtype-kinds.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { flip } from "../movement/flip.ts";
import { reshape } from "../movement/reshape.ts";
import { padOp, sliceAlong } from "../movement/slice-and-pad.ts";
import { transpose } from "../movement/transpose.ts";
import type { ReductionAttributes } from "./attributes.ts";
import type { ReductionOptions } from "./axes.ts";
import { readReductionAttributes } from "./axes.ts";
import { reductionFamily } from "./reduction-family.ts";
import { computeReducedShape, countReduced, forEachReduced } from "./reduction-geometry.ts";

/** y = product of x over the axes; the empty product is 1. */
export const productOp: Op<ReductionAttributes> = {
  name: "product",
  outputs: ([x], attrs) => {
    checkDType("product", "x", x!, ...floatTypes);
    return [{ shape: computeReducedShape(x!.shape, attrs), dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], { axes }) => {
      y!.data.fill(1);
      forEachReduced(x!.shape, axes, (from, to) => {
        y!.data[to]! *= x!.data[from]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [0], outputs: [] }),
    apply: ({ inputs: [x], outputGradients: [dy], attrs: { axes } }) => [
      scope(() => computeGradientOfProduct(x!, dy!, axes)),
    ],
  },
  family: reductionFamily,
};

/** The reduced axes are moved to the end, so that each group of factors is a row. */
function computeGradientOfProduct(x: Tensor, dy: Tensor, axes: readonly number[]): Tensor {
  if (x.size === 0) return mul(x, 0);
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = [...kept, ...axes];
  const moved = transpose(x, order);
  const rows = dy.size;
  const factors = reshape(moved, [rows, x.size / rows]);
  const gradient = reshape(computeGradientOfRows(factors, reshape(dy, [rows, 1])), moved.shape);
  return transpose(
    gradient,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/**
 * For each factor of a row, dy times the product of the other factors. Factors are multiplied in pairs, then the pairs
 * in pairs; on the way back, the gradient of a factor is that of its pair times the other factor of the pair. There is
 * no division, so factors of 0 are harmless in derivatives of any order.
 */
function computeGradientOfRows(x: Tensor, dy: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  if (width === 1) return dy;
  const half = Math.ceil(width / 2);
  const isOdd = width % 2 === 1;
  const padded = isOdd
    ? execute(padOp, [x], { low: [0, 0], high: [0, 1], interior: [0, 0] }, { scalars: [1] })[0]!
    : x;
  const pairs = reshape(padded, [rows, half, 2]);
  const ofPairs = half === 1 ? dy : computeGradientOfRows(product(pairs, { axis: 2 }), dy);
  const gradient = reshape(mul(reshape(ofPairs, [rows, half, 1]), flip(pairs, { axis: 2 })), [
    rows,
    2 * half,
  ]);
  return isOdd ? sliceAlong(gradient, 1, 0, width) : gradient;
}

/** Multiplies the halves of the reduced axes, which come first, until one element is left. Integers wrap. */
function multiplyHalves(x: Tensor, attrs: ReductionAttributes): Tensor {
  const { axes } = attrs;
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const shape = computeReducedShape(x.shape, attrs);
  const lines = countElements(shape);
  let rows = reshape(transpose(x, [...axes, ...kept]), [countReduced(x.shape, axes), lines]);
  while (rows.shape[0] !== 1) {
    const isOdd = rows.shape[0]! % 2 === 1 || rows.shape[0] === 0;
    const attrs = { low: [0, 0], high: [1, 0], interior: [0, 0] };
    const even = isOdd ? execute(padOp, [rows], attrs, { scalars: [1] })[0]! : rows;
    const half = Math.max(1, even.shape[0]! / 2);
    rows = even.shape[0] === 1 ? even : mul(sliceAlong(even, 0, 0, half), sliceAlong(even, 0, half, half));
  }
  return reshape(rows, shape);
}

/**
 * The product over axes. Integers wrap.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16, i32 or u32,
 * ArgumentError for axes out of range or named twice.
 *
 * @example product(tensor([[1, 2], [3, 4]]), { axis: 0 }) // [3, 8]
 */
export function product(x: Tensor, options: ReductionOptions = {}): Tensor {
  const attrs = readReductionAttributes(x, options, "product");
  const isInteger = !isFloat(x.dtype) && arithmeticTypes.includes(x.dtype);
  return isInteger ? scope(() => multiplyHalves(x, attrs)) : execute(productOp, [x], attrs)[0]!;
}
