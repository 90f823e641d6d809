import type { Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  buildExpression,
  concatenate,
  e,
  evaluateExpression,
  full,
  indexType,
  reshape,
  scatterAdd,
  sum,
} from "@evenkeel/tensor";
import type { ClassPairs } from "./predicted-classes.ts";

/** The largest number of counts over all rows, which are counted side by side and then added. */
const mostCounts = 1 << 22;

/** How often each index in [0, size) occurs, as i32 [size]. Others do not count. */
function countIndices(indices: readonly Tensor[], size: number): Tensor {
  const { shape, backend } = indices[0]!;
  const length = shape.at(-1) ?? 1;
  const lines = length === 0 ? 0 : shape.reduce((a, b) => a * b, 1) / length;
  const isWide = shape.length > 1 && lines * size <= mostCounts && length > 0;
  const side = (x: Tensor): Tensor => reshape(x, isWide ? [lines, length] : [1, x.size]);
  const [first, ...others] = indices.map(side);
  const joined = others.length === 0 ? first! : concatenate([first!, ...others], { axis: 1 });
  const ones = full(joined.shape, 1, { dtype: indexType, backend });
  const unknown = { outOfRange: "zero", negative: "outOfRange" } as const;
  return sum(scatterAdd(ones, joined, { axis: 1, size, ...unknown }), { axis: 0 });
}

/** Whether a label counts: it is a class, and not the one to ignore. */
const counts = (label: Value, ignored: Value, classes: Value): Value =>
  e.and(e.notEqual(label, ignored), e.and(e.greaterEqual(label, 0), e.less(label, classes)));

let thrice: Expression | undefined;

/** For each class how often it was predicted rightly, then how often predicted, then how often right: i32 [3 classes]. */
export function countClasses({ predicted, labels, classes }: ClassPairs, ignoreIndex: number): Tensor {
  thrice ??= buildExpression(
    { inputs: [indexType, indexType], scalars: [indexType, indexType] },
    ([p, y], [ignored, k]) => {
      const counted = counts(y!, ignored!, k!);
      const isClass = e.and(counted, e.and(e.greaterEqual(p!, 0), e.less(p!, k!)));
      return [
        e.select(e.and(counted, e.equal(p!, y!)), y!, -1),
        e.select(isClass, e.add(p!, k!), -1),
        e.select(counted, e.add(y!, e.mul(k!, 2)), -1),
      ];
    },
  );
  const scalars = [ignoreIndex, classes];
  return countIndices(evaluateExpression(thrice, [predicted, labels], { scalars }), 3 * classes);
}

const marks = new Map<string, Expression>();

/** As `countClasses`, where every column of the last axis is a label of its own: f32 [3 labels]. */
export function countMultilabel(
  outputs: Tensor,
  targets: Tensor,
  { threshold, ignoreIndex }: { readonly threshold: number; readonly ignoreIndex: number },
): Tensor {
  const key = `${outputs.dtype} ${targets.dtype}`;
  let expression = marks.get(key);
  if (expression === undefined) {
    expression = buildExpression(
      { inputs: [outputs.dtype, targets.dtype], scalars: ["f32", "f32"] },
      ([x, t], [least, ignored]) => {
        const target = e.cast(t!, "f32");
        const counted = e.notEqual(target, ignored!);
        const predicted = e.and(counted, e.greater(x!, least!));
        const actual = e.and(counted, e.greater(target, 0.5));
        return [e.and(predicted, actual), predicted, actual].map((mark) => e.cast(mark, "f32"));
      },
    );
    marks.set(key, expression);
  }
  const scalars = [threshold, ignoreIndex];
  const axis = outputs.shape.map((_, index) => index).slice(0, -1);
  return concatenate(
    evaluateExpression(expression, [outputs, targets], { scalars }).map((mark) => sum(mark, { axis })),
  );
}

let cells: Expression | undefined;

/** How often each class (the row) was taken for each class (the column): i32 [classes * classes]. */
export function countConfusions({ predicted, labels, classes }: ClassPairs, ignoreIndex: number): Tensor {
  cells ??= buildExpression(
    { inputs: [indexType, indexType], scalars: [indexType, indexType] },
    ([p, y], [ignored, k]) => {
      const isClass = e.and(e.greaterEqual(p!, 0), e.less(p!, k!));
      return e.select(e.and(counts(y!, ignored!, k!), isClass), e.add(e.mul(y!, k!), p!), -1);
    },
  );
  const scalars = [ignoreIndex, classes];
  return countIndices(evaluateExpression(cells, [predicted, labels], { scalars }), classes * classes);
}
