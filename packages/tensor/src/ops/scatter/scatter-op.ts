import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Op, ReferenceArray } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, formatSpec, isSameShape } from "../../core/spec.ts";
import { isFloat, makeRounding } from "../../expression/dtype.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { checkIndices, toPosition } from "../indexing/indexing.ts";
import type { Combination, ScatterAttributes } from "./attributes.ts";
import { computeScatterIndexing, getIdentity, needsIdentity } from "./attributes.ts";
import { scatterFamily } from "./scatter-family.ts";
import { computeScatterGradients, listReads } from "./scatter-gradient.ts";

function checkSpecs(x: Spec, indices: Spec, updates: Spec, { axis, elementwise }: ScatterAttributes): void {
  checkDType("scatter", "x", x, ...arithmeticTypes);
  checkIndices("scatter", indices);
  checkDType("scatter", "updates", updates, x.dtype);
  const expected = elementwise
    ? x.shape.with(axis, indices.shape[axis] ?? 0)
    : x.shape.toSpliced(axis, 1, ...indices.shape);
  if (!isSameShape(updates.shape, expected) || (elementwise && !isSameShape(indices.shape, expected))) {
    throw new ShapeError(
      `scatter: found x ${formatSpec(x)}, indices ${formatShape(indices.shape)} and updates ${formatShape(updates.shape)}, expected ${
        elementwise
          ? `indices and updates of one shape, which differs from that of x along axis ${axis} only`
          : `updates with the axes of the indices in the place of axis ${axis} of x`
      }`,
    );
  }
}

const combine: { readonly [reduction in Combination]: (value: number, update: number) => number } = {
  replace: (_value, update) => update,
  sum: (value, update) => value + update,
  product: (value, update) => value * update,
  max: Math.max,
  min: Math.min,
};

/** Calls `visit` with the place of each update in the updates, and in x. */
function forEachUpdate(
  [x, indices]: readonly ReferenceArray[],
  attrs: ScatterAttributes,
  visit: (from: number, to: number) => void,
): void {
  const { outer, length, inner, count, elementwise, negative } = computeScatterIndexing(x!, indices!, attrs);
  for (let from = 0; from < outer * count * inner; from++) {
    const row = Math.floor(from / inner);
    const index = toPosition(indices!.data[elementwise ? from : row % count]!, length, negative);
    if (index < 0 || index >= length) continue;
    visit(from, (Math.floor(row / count) * length + index) * inner + (from % inner));
  }
}

/** y = x, in which y[o, indices of k, j] is combined with updates[o, k, j] for k = 0, 1, ...; indices out of range are left out. */
export const scatterOp: Op<ScatterAttributes> = {
  name: "scatter",
  outputs: ([x, indices, updates], attrs) => {
    checkSpecs(x!, indices!, updates!, attrs);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: (inputs, [y], attrs) => {
      const [x, , updates] = inputs as readonly ReferenceArray[];
      const stored = isFloat(x!.dtype) ? (value: number) => value : makeRounding(x!.dtype);
      const product = isFloat(x!.dtype) ? combine.product : Math.imul;
      const apply = attrs.reduction === "product" ? product : combine[attrs.reduction];
      y!.data.set(x!.data);
      if (needsIdentity(attrs)) {
        const identity = getIdentity(attrs.reduction, x!.dtype);
        forEachUpdate(inputs as readonly ReferenceArray[], attrs, (_from, to) => {
          y!.data[to] = identity;
        });
      }
      forEachUpdate(inputs as readonly ReferenceArray[], attrs, (from, to) => {
        y!.data[to] = stored(apply(y!.data[to]!, updates!.data[from]!));
      });
    },
  },
  gradient: { reads: listReads, apply: (context) => computeScatterGradients(scatterOp, context) },
  family: scatterFamily,
};
