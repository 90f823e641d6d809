import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { countElements } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import { transpose } from "../movement/transpose.ts";

/**
 * Runs an operation that takes one axis over several sorted axes, as if they were one. Adjacent axes are merged in
 * place; others are moved.
 */
export function runAlongAxes(
  x: Tensor,
  axes: readonly number[],
  run: (x: Tensor, axis: number) => Tensor,
): Tensor {
  if (axes.length === 1) return run(x, axes[0]!);
  const [first = x.rank] = axes;
  const areAdjacent = axes.every((axis, index) => axis === first + index);
  return scope(() => {
    if (areAdjacent) {
      const merged = x.shape.toSpliced(
        first,
        axes.length,
        countElements(x.shape.slice(first, first + axes.length)),
      );
      return reshape(run(reshape(x, merged), first), x.shape);
    }
    const others = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const order = [...others, ...axes];
    const adjacent = order.map((_, axis) => axis).slice(others.length);
    return transpose(
      runAlongAxes(transpose(x, order), adjacent, run),
      order.map((_, axis) => order.indexOf(axis)),
    );
  });
}
