import type { Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  e,
  evaluateExpression,
  formatSpec,
  matmul,
  ShapeError,
  scope,
  square,
  sum,
} from "@evenkeel/tensor";
import {
  aTensor,
  checkOptions,
  checkValue,
  finite,
  listOf,
  positive,
  positiveInteger,
} from "@evenkeel/tensor/checks";

/** How a matrix is made orthogonal; the defaults are those of PyTorch's `Muon`. */
export interface OrthogonalizeOptions {
  /** Iterations; default 5. */
  readonly steps?: number;
  /** The coefficients of X, X X' X and X X' X X' X; default [3.4445, -4.775, 2.0315]. */
  readonly coefficients?: readonly [number, number, number];
  /** The smallest norm that the matrix is divided by; default 1e-7. */
  readonly epsilon?: number;
}

const rules = { steps: positiveInteger, coefficients: listOf(finite, 3), epsilon: positive };

let scaled: Expression | undefined;
let combined: Expression | undefined;

/** x / max(norm, epsilon). */
const buildScaled = (): Expression =>
  (scaled ??= buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([x, squares], [epsilon]) =>
    e.div(x!, e.max(e.sqrt(squares!), epsilon!)),
  ));

/** a x + b y. */
const buildCombined = (): Expression =>
  (combined ??= buildExpression({ inputs: ["f32", "f32"], scalars: ["f32", "f32"] }, ([x, y], [a, b]) =>
    e.add(e.mul(a!, x!), e.mul(b!, y!)),
  ));

const combine = (x: Tensor, a: number, y: Tensor, b: number): Tensor =>
  evaluateExpression(buildCombined(), [x, y], { scalars: [a, b] })[0]!;

/**
 * Takes the singular values of a matrix close to 1 and keeps its singular vectors: the Newton-Schulz iteration of Muon (Jordan et al.
 * 2024). With the default coefficients they end between 0.7 and 1.2, which trains as well as 1 and needs few iterations. Nothing is
 * read back.
 *
 * Shapes: [m, n] -> the same. Throws ShapeError for other ranks, ArgumentError for an option out of range.
 *
 * @example orthogonalize(tensor([[3, 0], [0, 0.5]]), { steps: 10 }) // -> [2, 2]
 */
export function orthogonalize(x: Tensor, options: OrthogonalizeOptions = {}): Tensor {
  checkValue("orthogonalize: x", x, aTensor);
  checkOptions<OrthogonalizeOptions>("orthogonalize", options, rules);
  if (x.rank !== 2) throw new ShapeError(`orthogonalize: found ${formatSpec(x)}, expected a matrix`);
  const { steps = 5, coefficients: [a, b, c] = [3.4445, -4.775, 2.0315], epsilon = 1e-7 } = options;
  // The products of a matrix with itself are taken over its longer side, so that they are small.
  const isTall = x.shape[0]! > x.shape[1]!;
  return scope(() => {
    let [result] = evaluateExpression(buildScaled(), [x, sum(square(x))], { scalars: [epsilon] }) as [Tensor];
    for (let step = 0; step < steps; step++) {
      const current = result;
      result = scope(() => {
        const gram = matmul(current, current, { transposeA: isTall, transposeB: !isTall });
        const polynomial = combine(gram, b, matmul(gram, gram), c);
        const product = isTall ? matmul(current, polynomial) : matmul(polynomial, current);
        return combine(current, a, product, 1);
      });
    }
    return result;
  });
}
