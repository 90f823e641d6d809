import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape } from "../../core/spec.ts";
import { forEachIndex, makeIndexer } from "../movement/positions.ts";
import { arrangementFamily } from "./arrangement-family.ts";
import type { ExtendAttributes, ExtendMode } from "./attributes.ts";
import { listExtents } from "./extents.ts";
import { foldExtents } from "./fold-extents.ts";

/** The most elements that each mode can add on a side of `size` elements. */
const limits: { readonly [mode in ExtendMode]: (size: number) => number } = {
  reflect: (size) => size - 1,
  edge: (size) => (size === 0 ? 0 : Number.POSITIVE_INFINITY),
  wrap: (size) => size,
};

/** y[i] = x[s(i - low)] for every axis, where s is the identity inside of x and follows the mode outside. */
export const extendOp: Op<ExtendAttributes> = {
  name: "extend",
  outputs: ([x], { low, high, mode }) => {
    const shape = x!.shape.map((size, axis) => {
      const [before, after] = [low[axis]!, high[axis]!];
      const total = before + size + after;
      const most = limits[mode](size);
      const fits = (width: number): boolean => width >= -size && (width <= 0 || width <= most);
      if (total < 0 || !fits(before) || !fits(after)) {
        throw new ShapeError(
          `pad: found widths ${before} and ${after} for axis ${axis} of ${formatShape(x!.shape)}, expected at most ${Math.max(0, most)} with mode "${mode}", and no more elements taken away than there are`,
        );
      }
      return total;
    });
    return [{ shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], attrs) => {
      const position = makeIndexer(x!.shape);
      const sources = x!.shape.map((_, axis) => listSources(x!.shape, attrs, axis));
      forEachIndex(y!.shape, (to, index) => {
        y!.data[to] = x!.data[position(index.map((at, axis) => sources[axis]![at]!))]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs: [x], outputGradients: [dy], attrs }) => [
      scope(() => x!.shape.reduce((sum, _, axis) => foldAxis(sum, x!.shape, attrs, axis), dy!)),
    ],
  },
  family: arrangementFamily,
};

/** The index of the source of every element along an axis. */
function listSources(shape: readonly number[], attrs: ExtendAttributes, axis: number): number[] {
  return listExtents(shape[axis]!, attrs.low[axis]!, attrs.high[axis]!, attrs.mode).flatMap(
    ({ size, from, step }) => Array.from({ length: size }, (_, index) => from + index * step),
  );
}

/** Adds the elements along an axis to their sources. A rotation, which adds as many elements as it takes away, is turned back. */
function foldAxis(y: Tensor, shape: readonly number[], attrs: ExtendAttributes, axis: number): Tensor {
  const [low, high] = [attrs.low[axis]!, attrs.high[axis]!];
  if (low === 0 && high === 0) return y;
  if (attrs.mode === "wrap" && low + high === 0) {
    const alone = (width: number): number[] => y.shape.map((_, other) => (other === axis ? width : 0));
    return execute(extendOp, [y], { low: alone(high), high: alone(low), mode: "wrap" })[0]!;
  }
  return foldExtents(y, axis, shape[axis]!, listExtents(shape[axis]!, low, high, attrs.mode));
}
