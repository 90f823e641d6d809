import { getComputeType } from "./dtype.ts";
import type { Expression, ExpressionNode, Value } from "./expression.ts";
import { ExpressionBuilder, inlineNodes, listOperands } from "./expression.ts";
import * as e from "./functions.ts";

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/**
 * Gradients of a node's operands, given the node's value `y`, its operands and its gradient `dy`. At ties and kinks
 * the conventions are PyTorch's: `abs` and `relu` have slope 0 at 0, `min` and `max` divide the gradient of a tie.
 */
function computeOperandGradients(
  node: ExpressionNode,
  y: Value,
  operands: readonly Value[],
  dy: Value,
): (Value | undefined)[] {
  const [a, b] = operands as [Value, Value];
  switch (node.op) {
    case "neg":
      return [e.neg(dy)];
    case "abs":
      return [e.mul(dy, e.sub(e.cast(e.greater(a, 0), "f32"), e.cast(e.less(a, 0), "f32")))];
    case "sqrt":
      return [e.div(dy, e.mul(2, y))];
    case "exp":
      return [e.mul(dy, y)];
    case "expm1":
      return [e.mul(dy, e.add(y, 1))];
    case "log":
      return [e.div(dy, a)];
    case "log1p":
      return [e.div(dy, e.add(a, 1))];
    case "sin":
      return [e.mul(dy, e.cos(a))];
    case "cos":
      return [e.neg(e.mul(dy, e.sin(a)))];
    case "tanh":
      return [e.mul(dy, e.sub(1, e.mul(y, y)))];
    case "erf":
      return [e.mul(dy, e.mul(twoOverRootPi, e.exp(e.neg(e.mul(a, a)))))];
    case "add":
      return [dy, dy];
    case "sub":
      return [dy, e.neg(dy)];
    case "mul":
      return [e.mul(dy, b), e.mul(dy, a)];
    case "div":
      return [e.div(dy, b), e.neg(e.div(e.mul(dy, y), b))];
    case "rem":
      return [dy, e.neg(e.mul(dy, e.trunc(e.div(a, b))))];
    case "min":
    case "max": {
      const wins = node.op === "min" ? e.less : e.greater;
      const half = e.mul(0.5, dy);
      const zero = e.constantLike(dy, 0);
      const share = (x: Value, other: Value) =>
        e.select(wins(x, other), dy, e.select(e.equal(x, other), half, zero));
      return [share(a, b), share(b, a)];
    }
    case "pow": {
      // d/db is 0 where the base is 0 and the exponent is not negative, as in PyTorch.
      const flat = e.and(e.equal(a, 0), e.greaterEqual(b, 0));
      const zero = e.constantLike(dy, 0);
      return [
        e.select(e.equal(b, 0), zero, e.mul(dy, e.mul(b, e.pow(a, e.sub(b, 1))))),
        e.select(flat, zero, e.mul(dy, e.mul(y, e.log(a)))),
      ];
    }
    case "atan2": {
      // At the origin, where the angle jumps, the gradient is 0 instead of NaN.
      const square = e.add(e.mul(a, a), e.mul(b, b));
      const slope = e.div(dy, e.select(e.equal(square, 0), 1, square));
      return [e.mul(slope, b), e.neg(e.mul(slope, a))];
    }
    case "select": {
      const zero = e.constantLike(dy, 0);
      return [undefined, e.select(a, dy, zero), e.select(a, zero, dy)];
    }
    case "cast":
      return [a.type === "f32" ? dy : undefined];
    default:
      return [];
  }
}

/** The operations that stop a derivative; comparisons and integers stop it too. */
const stopsGradient = new Set<string>(["floor", "ceil", "round", "trunc", "isNan", "not", "bitcast"]);

export interface DerivativeOptions {
  /** The inputs of the expression whose gradients are needed. */
  readonly needed: readonly number[];
  /** The outputs of the expression that have a gradient. */
  readonly given: readonly number[];
}

/**
 * The vector-Jacobian product as an expression: its inputs are the original inputs followed by the gradients of the
 * `given` outputs, its outputs the gradients of the `needed` inputs. Unused inputs stay in the signature.
 */
export function differentiate(expression: Expression, { needed, given }: DerivativeOptions): Expression {
  const builder = new ExpressionBuilder();
  const inputs = expression.inputs.map((dtype, index) =>
    builder.add({ op: "input", type: getComputeType(dtype), index }),
  );
  const scalars = expression.scalars.map((type, index) => builder.add({ op: "scalar", type, index }));
  const values = inlineNodes(expression, builder, inputs, scalars);
  const gradients: (Value | undefined)[] = [];
  const accumulate = (node: number, gradient: Value | undefined): void => {
    if (gradient === undefined || expression.nodes[node]!.type !== "f32") return;
    const present = gradients[node];
    gradients[node] = present === undefined ? gradient : e.add(present, gradient);
  };
  given.forEach((output, position) => {
    const index = expression.inputs.length + position;
    accumulate(expression.outputs[output]!.node, builder.add({ op: "input", type: "f32", index }));
  });
  for (let node = expression.nodes.length - 1; node >= 0; node--) {
    const dy = gradients[node];
    const step = expression.nodes[node]!;
    if (dy === undefined || stopsGradient.has(step.op)) continue;
    const operands = listOperands(step);
    const contributions = computeOperandGradients(
      step,
      values[node]!,
      operands.map((operand) => values[operand]!),
      dy,
    );
    operands.forEach((operand, position) => {
      accumulate(operand, contributions[position]);
    });
  }
  const gradientOfInput = (input: number): Value => {
    const node = expression.nodes.findIndex((step) => step.op === "input" && step.index === input);
    return gradients[node] ?? builder.constant(0, "f32");
  };
  return builder.finish(
    [...expression.inputs, ...given.map((output) => expression.outputs[output]!.dtype)],
    expression.scalars,
    needed.map((input) => ({ value: gradientOfInput(input), dtype: expression.inputs[input]! })),
  );
}

/** The inputs that an expression reads. */
export function listInputsRead(expression: Expression): Set<number> {
  return new Set(expression.nodes.flatMap((node) => (node.op === "input" ? [node.index] : [])));
}
