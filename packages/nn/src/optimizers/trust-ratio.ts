import type { Expression, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, square, sum } from "@evenkeel/tensor";

interface TrustRatioOptions {
  readonly coefficient?: number | undefined;
  readonly share?: number | undefined;
  readonly added?: number | undefined;
}

let ratio: Expression | undefined;

const buildRatio = (): Expression =>
  (ratio ??= buildExpression(
    { inputs: ["f32", "f32"], scalars: ["f32", "f32", "f32"] },
    ([valueSquares, directionSquares], [coefficient, share, added]) => {
      const [norm, other] = [e.sqrt(valueSquares!), e.sqrt(directionSquares!)];
      const denominator = e.add(e.add(other, e.mul(share!, norm)), added!);
      const isZero = e.or(e.equal(norm, 0), e.equal(other, 0));
      return e.select(isZero, 1, e.div(e.mul(coefficient!, norm), denominator));
    },
  ));

/**
 * The norm of a parameter relative to that of its direction: coefficient * norm / (norm of the direction + share * norm + added), or
 * 1 where one of the norms is 0. It stays on the device.
 *
 * Shapes: any, twice -> [].
 */
export function computeTrustRatio(
  direction: Tensor,
  value: Tensor,
  { coefficient = 1, share = 0, added = 0 }: TrustRatioOptions = {},
): Tensor {
  const squares = [value, direction].map((x) => sum(square(x)));
  return evaluateExpression(buildRatio(), squares, { scalars: [coefficient, share, added] })[0]!;
}
