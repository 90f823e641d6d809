import type { Expression, ExpressionNode, ReferenceArray } from "@evenkeel/tensor";
import { countElements, listOperands } from "@evenkeel/tensor";
import { forEachBlock } from "./expression-blocks.ts";
import type { Precision, StepBound } from "./tolerance.ts";

const u = 2 ** -24;

/** A margin for products of errors, which the first-order analysis neglects. */
const secondOrder = 2 ** -10;

type StepError = (y: number, a: number, b: number, da: number, db: number, dc: number) => number;

/** Zero times an infinite amplification is zero, because an exact operand contributes no error. */
const amplify = (factor: number, error: number): number => (error === 0 ? 0 : Math.abs(factor) * error);

/**
 * The contribution of the operands' errors `da`, `db`, `dc` to the error of the result `y`: each error times the
 * magnitude of the partial derivative. Jumps (rounding, comparisons) contribute nothing, because cases avoid them.
 */
function makePassedError({ op }: ExpressionNode): StepError {
  switch (op) {
    case "neg":
    case "abs":
    case "cast":
    case "sin":
    case "cos":
      return (_y, _a, _b, da) => da;
    case "add":
    case "sub":
      return (_y, _a, _b, da, db) => da + db;
    case "min":
    case "max":
      return (_y, _a, _b, da, db) => Math.max(da, db);
    case "select":
      return (_y, _a, _b, _da, db, dc) => Math.max(db, dc);
    case "mul":
      return (_y, a, b, da, db) => amplify(b, da) + amplify(a, db);
    case "div":
      return (y, _a, b, da, db) => amplify(1 / b, da) + amplify(y / b, db);
    case "rem":
      return (_y, a, b, da, db) => da + amplify(Math.trunc(a / b), db);
    case "sqrt":
      return (y, _a, _b, da) => amplify(0.5 / y, da);
    case "exp":
      return (y, _a, _b, da) => amplify(y, da);
    case "expm1":
      return (y, _a, _b, da) => amplify(y + 1, da);
    case "log":
      return (_y, a, _b, da) => amplify(1 / a, da);
    case "log1p":
      return (_y, a, _b, da) => amplify(1 / (1 + a), da);
    case "tanh":
      return (y, _a, _b, da) => amplify(1 - y * y, da);
    case "erf":
      return (_y, a, _b, da) => amplify((2 / Math.sqrt(Math.PI)) * Math.exp(-a * a), da);
    case "pow":
      return (y, a, b, da, db) => amplify((b * y) / a, da) + amplify(y * Math.log(Math.abs(a)), db);
    case "atan2":
      return (_y, a, b, da, db) => amplify(b / (a * a + b * b), da) + amplify(a / (a * a + b * b), db);
    default:
      return () => 0;
  }
}

/** Steps that only choose, or give values that f32 holds: they do not round. */
const isExact = new Set<string>([
  "input",
  "index",
  "neg",
  "abs",
  "min",
  "max",
  "select",
  "floor",
  "ceil",
  "round",
  "trunc",
]);

/** The rounding error of the step itself. */
function makeOwnError(node: ExpressionNode, precision: Precision): (y: number, a: number) => number {
  const { smallest, steps } = precision;
  if (node.type !== "f32" || isExact.has(node.op)) return () => 0;
  if (node.op === "constant" || node.op === "scalar") return (y) => Math.abs(y - Math.fround(y));
  const { ulps, ulpsPerUnit = 0, absolute = 0 }: StepBound = steps[node.op] ?? { ulps: 0.5 };
  const relative = (a: number): number => 2 * u * (ulps + amplify(a, ulpsPerUnit));
  return (y, a) => Math.max(amplify(relative(a), Math.abs(y)), absolute) + smallest;
}

/**
 * Bounds of the errors of every output of an expression at every point, by running error analysis (Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.3): each step passes on the errors of its operands and adds its own.
 */
export function computeExpressionErrors(
  expression: Expression,
  inputs: readonly ReferenceArray[],
  shape: readonly number[],
  scalars: readonly number[],
  precision: Precision,
): Float64Array[] {
  const { nodes, outputs } = expression;
  const steps = nodes.map((node) => ({
    operands: listOperands(node),
    passed: makePassedError(node),
    own: makeOwnError(node, precision),
  }));
  const result = outputs.map(() => new Float64Array(countElements(shape)));
  const errors = new Float64Array(nodes.length);
  forEachBlock(expression, inputs, shape, scalars, (values, first, count) => {
    for (let point = 0; point < count; point++) {
      steps.forEach(({ operands, passed, own }, position) => {
        const [i = 0, j = 0, k = 0] = operands;
        const y = values[position]![point]!;
        const a = values[i]![point]!;
        const error = passed(y, a, values[j]![point]!, errors[i]!, errors[j]!, errors[k]!) + own(y, a);
        errors[position] = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      });
      outputs.forEach(({ node }, output) => {
        result[output]![first + point] = errors[node]! * (1 + secondOrder);
      });
    }
  });
  return result;
}
