import { checkDType } from "../../core/checks.ts";
import { execute } from "../../core/executor.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op } from "../../core/op.ts";
import { scope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../fuse/pointwise.ts";
import type { ReductionOptions } from "../reduction/axes.ts";
import { reductionAttributes, restoreAxes } from "../reduction/axes.ts";
import type { ReductionAttributes } from "../reduction/geometry.ts";
import { forEachReduced, reducedShape } from "../reduction/geometry.ts";
import { reductionPlan } from "../reduction/passes.ts";
import { module } from "../reduction/reduction.wasm.ts";
import { sum } from "../sum/sum.ts";

/** y = product of x over the axes; the empty product is 1. */
export const productOp: Op<ReductionAttributes> = {
  name: "product",
  outputs: ([x], attrs) => {
    checkDType("product", "x", x!, "f32");
    return [{ shape: reducedShape(x!.shape, attrs), dtype: "f32" }];
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
      scope(() => gradientOfProduct(x!, restoreAxes(dy!, x!, axes), axes)),
    ],
  },
  kernels: {
    wasm: ([x], attrs) => {
      const [y] = productOp.outputs([x], attrs);
      return reductionPlan(x!, y!, attrs.axes, wasmKernel(module, "multiplyFloats"), () => []);
    },
  },
};

/** The product of the others: by division, where at most one value is 0 and takes no part in the product. */
function gradientOfProduct(x: Tensor, dy: Tensor, axes: readonly number[]): Tensor {
  const isZero = pointwise([x], (value) => e.cast(e.equal(value, 0), "f32"));
  const zeros = sum(isZero, { axes, keepDims: true });
  const nonzero = pointwise([x], (value) => e.select(e.equal(value, 0), 1, value));
  const others = product(nonzero, { axes, keepDims: true });
  return pointwise([nonzero, isZero, others, zeros, dy], (value, own, rest, count, slope) =>
    e.select(e.equal(count, own), e.div(e.mul(slope, rest), value), 0),
  );
}

/**
 * The product over axes.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32,
 * ArgumentError for axes out of range or named twice.
 *
 * @example product(tensor([[1, 2], [3, 4]]), { axes: 0 }) // [3, 8]
 */
export function product(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(productOp, [x], reductionAttributes(x, options, "product"))[0]!;
}
