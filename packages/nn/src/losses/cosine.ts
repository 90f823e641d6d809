import type { DType, Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  buildExpression,
  cast,
  DTypeError,
  e,
  evaluateExpression,
  formatShape,
  formatSpec,
  indexType,
  isFloat,
  isSameShape,
  mul,
  normalizeAxis,
  ShapeError,
  scope,
  square,
  sum,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, finite, integer, nonNegative } from "@evenkeel/tensor/checks";
import { checkFloats, checkSameShape } from "./formula.ts";
import { hideMaskedVectors } from "./mask.ts";
import type { LossOptions } from "./reduction.ts";
import { lossRules, reduceLoss } from "./reduction.ts";

/** Inner product and squared norms along an axis, in f32. */
function computeProducts(a: Tensor, b: Tensor, axis: number): [Tensor, Tensor, Tensor] {
  const [x, y] = [cast(a, "f32"), cast(b, "f32")];
  return [sum(mul(x, y), { axis }), sum(square(x), { axis }), sum(square(y), { axis })];
}

export interface CosineSimilarityOptions {
  /** Default: 1, or 0 where there is no other. */
  readonly axis?: number;
  /** The least norm of a vector; default 1e-8. */
  readonly epsilon?: number;
}

let similarity: Expression | undefined;

/**
 * The cosine of the angle between vectors along an axis: their product divided by their norms.
 *
 * Shapes: f32 or f16 any, the same -> f32 without the axis. Throws ShapeError when they differ or have no axis, DTypeError for
 * other dtypes, ArgumentError for options out of range.
 *
 * @example cosineSimilarity(tensor([[1, 0], [3, 4]]), tensor([[1, 1], [3, 4]])) // [0.7071, 1]
 */
export function cosineSimilarity(a: Tensor, b: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  checkTensors("cosineSimilarity", a, b);
  checkOptions<CosineSimilarityOptions>("cosineSimilarity", options, { axis: integer, epsilon: nonNegative });
  checkVectors("cosineSimilarity", ["a", "b"], a, b);
  const { epsilon = 1e-8 } = options;
  const axis = normalizeAxis(options.axis ?? Math.min(1, a.rank - 1), a.rank, "cosineSimilarity");
  similarity ??= buildExpression(
    { inputs: ["f32", "f32", "f32"], scalars: ["f32"] },
    ([ab, aa, bb], [least]) => {
      // The root is taken of a number that is not 0, where its slope would be infinite.
      const norm = (squares: Value): Value => {
        const isLong = e.greater(squares, e.mul(least!, least!));
        return e.select(isLong, e.sqrt(e.select(isLong, squares, 1)), least!);
      };
      return e.div(e.div(ab!, norm(aa!)), norm(bb!));
    },
  );
  const known = similarity;
  return scope(() => evaluateExpression(known, computeProducts(a, b, axis), { scalars: [epsilon] })[0]!);
}

function checkVectors(operation: string, names: readonly [string, string], a: Tensor, b: Tensor): void {
  checkFloats(operation, names[0], a);
  checkFloats(operation, names[1], b);
  checkSameShape(operation, names, a, b);
  if (a.rank > 0) return;
  throw new ShapeError(`${operation}: found ${names[0]} [], expected vectors`);
}

export interface CosineEmbeddingOptions extends LossOptions {
  /** The cosine of different vectors up to which their loss is 0; default 0. */
  readonly margin?: number;
}

const embeddings = new Map<DType, Expression>();

/** 1 - cos for label 1, max(0, cos - margin) for label -1, where cos = ab / sqrt((aa + 1e-12) (bb + 1e-12)) as in PyTorch. */
function buildEmbedding(label: DType): Expression {
  let expression = embeddings.get(label);
  if (expression === undefined) {
    expression = buildExpression(
      { inputs: ["f32", "f32", "f32", label], scalars: ["f32"] },
      ([ab, aa, bb, y], [margin]) => {
        const cosine = e.div(e.div(ab!, e.sqrt(e.add(aa!, 1e-12))), e.sqrt(e.add(bb!, 1e-12)));
        const excess = e.sub(cosine, margin!);
        const other = e.select(e.equal(y!, -1), e.select(e.greater(excess, 0), excess, 0), 0);
        return e.select(e.equal(y!, 1), e.sub(1, cosine), other);
      },
    );
    embeddings.set(label, expression);
  }
  return expression;
}

/**
 * Draws vectors with label 1 together and pushes those with label -1 apart: 1 - cos, or max(0, cos - margin).
 *
 * Shapes: f32 or f16 [n, size] or [size], the same, labels i32, f32 or f16 [n] or [] -> f32 [], or the shape of the labels with
 * reduction `none`. Throws ShapeError when they do not fit, DTypeError for other dtypes, ArgumentError for unknown options.
 *
 * @example cosineEmbedding(tensor([[1, 0], [0, 2]]), tensor([[2, 0], [0, 1]]), tensor([1, -1])) // 0.5
 */
export function cosineEmbedding(
  first: Tensor,
  second: Tensor,
  labels: Tensor,
  options: CosineEmbeddingOptions = {},
): Tensor {
  checkTensors("cosineEmbedding", first, second, labels);
  checkOptions<CosineEmbeddingOptions>("cosineEmbedding", options, { ...lossRules, margin: finite });
  checkVectors("cosineEmbedding", ["first", "second"], first, second);
  if (!isFloat(labels.dtype) && labels.dtype !== indexType) {
    throw new DTypeError(
      `cosineEmbedding: labels: found ${formatSpec(labels)}, expected ${indexType} or f32 or f16`,
    );
  }
  if (!isSameShape(labels.shape, first.shape.slice(0, -1))) {
    throw new ShapeError(
      `cosineEmbedding: found vectors ${formatShape(first.shape)} and labels ${formatShape(labels.shape)}, expected [n, size] and [n]`,
    );
  }
  const { margin = 0, mask } = options;
  const axis = first.rank - 1;
  const hide = (vectors: Tensor): Tensor =>
    mask === undefined ? vectors : hideMaskedVectors("cosineEmbedding", vectors, mask, { axis, hidden: 1 });
  return scope(() => {
    const inputs = [...computeProducts(hide(first), hide(second), axis), labels];
    const scalars = [margin];
    const [losses] = evaluateExpression(buildEmbedding(labels.dtype), inputs, { scalars });
    return reduceLoss("cosineEmbedding", losses!, options);
  });
}
