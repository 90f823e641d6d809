import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { fullOp } from "../creation/full.ts";
import { add } from "../elementwise/arithmetic.ts";
import { concatenate } from "../movement/concatenate.ts";
import { sliceOp } from "../movement/slice-and-pad.ts";
import { sum } from "../reduction/sum.ts";
import type { Extent } from "./extents.ts";

/** The first of the sources of an extent, and the one after the last. */
function findSources({ size, from, step }: Extent): [begin: number, end: number] {
  const last = from + (size - 1) * step;
  return [Math.min(from, last), Math.max(from, last) + 1];
}

/**
 * Adds the elements along an axis to their sources, of which there are `size`: the transpose of a copy of extents. The sources are cut
 * where an extent begins or ends, so that each part is a sum of slices; only narrow parts at the borders have more than one term.
 */
export function foldExtents(y: Tensor, axis: number, size: number, extents: readonly Extent[]): Tensor {
  const cuts = [...new Set([0, size, ...extents.flatMap(findSources)])].sort((a, b) => a - b);
  const parts = cuts.slice(1).map((end, index) => {
    const begin = cuts[index]!;
    const terms = extents
      .filter((extent) => findSources(extent)[0] <= begin && end <= findSources(extent)[1])
      .map((extent) => takeTerm(y, axis, begin, end, extent));
    const [first = makeZeros(y, axis, end - begin), ...others] = terms;
    return others.reduce(add, first);
  });
  return parts.length === 0 ? makeZeros(y, axis, 0) : concatenate(parts, { axis });
}

/** The elements of an extent whose sources are from `begin` to `end`, in the order of these. */
function takeTerm(
  y: Tensor,
  axis: number,
  begin: number,
  end: number,
  { to, size, from, step }: Extent,
): Tensor {
  if (step === 0) return sum(takeRange(y, axis, to, to + size, 1), { axis, keepDims: true });
  const first = to + (begin - from) * step;
  return takeRange(y, axis, first, first + (end - begin) * step, step);
}

function takeRange(y: Tensor, axis: number, begin: number, end: number, step: number): Tensor {
  const attrs = {
    begin: y.shape.map((_, other) => (other === axis ? begin : 0)),
    end: y.shape.map((size, other) => (other === axis ? end : size)),
    step: y.shape.map((_, other) => (other === axis ? step : 1)),
  };
  return execute(sliceOp, [y], attrs)[0]!;
}

function makeZeros({ shape, dtype, backend }: Tensor, axis: number, size: number): Tensor {
  return execute(fullOp, [], { shape: shape.with(axis, size), dtype }, { scalars: [0], backend })[0]!;
}
