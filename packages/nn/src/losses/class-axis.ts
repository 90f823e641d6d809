import type { Tensor } from "@evenkeel/tensor";
import { formatShape, isSameShape, normalizeAxis, reshape, ShapeError, transpose } from "@evenkeel/tensor";

/** The axis of the classes: by default the second, or the only one. */
export function findClassAxis(
  operation: string,
  scores: Tensor,
  axis: number = Math.min(1, scores.rank - 1),
): number {
  if (scores.rank > 0) return normalizeAxis(axis, scores.rank, operation);
  throw new ShapeError(`${operation}: found logits [], expected an axis of classes`);
}

/** Throws ShapeError unless there is one label for each position of the logits. */
export function checkLabelShape(operation: string, scores: Tensor, labels: Tensor, axis: number): void {
  const expected = scores.shape.toSpliced(axis, 1);
  if (isSameShape(labels.shape, expected)) return;
  throw new ShapeError(
    `${operation}: found logits ${formatShape(scores.shape)} and labels ${formatShape(labels.shape)}, expected labels ${formatShape(expected)}: the classes are axis ${axis} of the logits, which the option axis may change`,
  );
}

/** The same numbers as [positions, classes], without a copy where the classes are the last axis. */
export function moveClassesLast(x: Tensor, axis: number): Tensor {
  const classes = x.shape[axis]!;
  const rows = x.shape.reduce((count, size, other) => (other === axis ? count : count * size), 1);
  if (x.rank === 2 && axis === 1) return x;
  const order = x.shape.map((_, other) => other).filter((other) => other !== axis);
  return reshape(axis === x.rank - 1 ? x : transpose(x, [...order, axis]), [rows, classes]);
}
