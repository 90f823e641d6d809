import type { ScalarType } from "./dtype.ts";
import { getDTypeProperties, toStored } from "./dtype.ts";
import type { Expression, ExpressionNode } from "./expression.ts";

const words = new DataView(new ArrayBuffer(4));

function clampTo(type: "i32" | "u32", x: number): number {
  if (Number.isNaN(x)) return 0;
  const [low, high] = getDTypeProperties(type).range!;
  // Adding 0 prevents an integer from being -0.
  return Math.min(high, Math.max(low, Math.trunc(x))) + 0;
}

const wrapTo = (type: ScalarType, x: number): number =>
  type === "i32" ? x | 0 : type === "u32" ? x >>> 0 : x;

function roundTiesToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  const even = floor % 2 === 0 ? floor : floor + 1;
  return even === 0 ? 0 * x : even;
}

/** Abramowitz and Stegun 7.1.5 (series) near 0 and 7.1.14 (continued fraction) beyond: exact to float64 rounding. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (magnitude + fraction);
  const complement = Math.exp(-x * x) / ((magnitude + fraction) * Math.sqrt(Math.PI));
  return Math.sign(x) * (1 - complement);
}

/** The power of IEEE 754 and C, where 1 to any power and -1 to an infinite power are 1. JavaScript's `**` gives NaN. */
const power = (x: number, y: number): number =>
  x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;

function bitcast(x: number, from: ScalarType, to: ScalarType): number {
  if (from === "f32") words.setFloat32(0, x);
  else words.setUint32(0, x >>> 0);
  return to === "f32" ? words.getFloat32(0) : to === "i32" ? words.getInt32(0) : words.getUint32(0);
}

/** The function of one node in float64 and exact 32-bit integers. `from` is the type of the first operand. */
function makeFunction(node: ExpressionNode, from: ScalarType): (a: number, b: number, c: number) => number {
  const { type } = node;
  const integer = type === "i32" || type === "u32";
  switch (node.op) {
    case "neg":
      return (a) => wrapTo(type, -a);
    case "abs":
      return (a) => wrapTo(type, Math.abs(a));
    case "floor":
      return Math.floor;
    case "ceil":
      return Math.ceil;
    case "round":
      return roundTiesToEven;
    case "trunc":
      return Math.trunc;
    case "sqrt":
      return Math.sqrt;
    case "exp":
      return Math.exp;
    case "expm1":
      return Math.expm1;
    case "log":
      return Math.log;
    case "log1p":
      return Math.log1p;
    case "sin":
      return Math.sin;
    case "cos":
      return Math.cos;
    case "tanh":
      return Math.tanh;
    case "erf":
      return erf;
    case "isNan":
      return (a) => Number(Number.isNaN(a));
    case "not":
      return type === "bool" ? (a) => 1 - a : (a) => wrapTo(type, ~a);
    case "add":
      return (a, b) => wrapTo(type, a + b);
    case "sub":
      return (a, b) => wrapTo(type, a - b);
    case "mul":
      return integer ? (a, b) => wrapTo(type, Math.imul(a, b)) : (a, b) => a * b;
    case "div":
      return integer ? (a, b) => wrapTo(type, Math.trunc(a / b)) : (a, b) => a / b;
    case "rem":
      return (a, b) => wrapTo(type, a % b);
    case "min":
      return Math.min;
    case "max":
      return Math.max;
    case "pow":
      return power;
    case "atan2":
      return Math.atan2;
    case "and":
      return (a, b) => wrapTo(type, a & b);
    case "or":
      return (a, b) => wrapTo(type, a | b);
    case "xor":
      return (a, b) => wrapTo(type, a ^ b);
    case "shiftLeft":
      return (a, b) => wrapTo(type, a << b);
    case "shiftRight":
      return type === "i32" ? (a, b) => a >> b : (a, b) => a >>> b;
    case "equal":
      return (a, b) => Number(a === b);
    case "notEqual":
      return (a, b) => Number(a !== b);
    case "less":
      return (a, b) => Number(a < b);
    case "lessEqual":
      return (a, b) => Number(a <= b);
    case "greater":
      return (a, b) => Number(a > b);
    case "greaterEqual":
      return (a, b) => Number(a >= b);
    case "select":
      return (a, b, c) => (a !== 0 ? b : c);
    case "cast":
      if (type === "bool") return (a) => Number(a !== 0);
      if (integer) return from === "f32" ? (a) => clampTo(type as "i32" | "u32", a) : (a) => wrapTo(type, a);
      return (a) => a;
    case "bitcast":
      return (a) => bitcast(a, from, type);
    default:
      throw new TypeError(`not a function: ${node.op}`);
  }
}

/**
 * Compiles an expression to a float64 function of up to `size` points at a time. It takes one array for each input and
 * the index of the first point, and returns the values of every node, which are valid until the next call.
 */
export function makeBlockEvaluator(
  expression: Expression,
  size: number,
): (
  inputs: readonly ArrayLike<number>[],
  scalars: readonly number[],
  first: number,
  count: number,
) => readonly Float64Array[] {
  const values = expression.nodes.map(() => new Float64Array(size));
  const steps = expression.nodes.map((node, position) => {
    if (!("operands" in node)) return undefined;
    const [a, b = a, c = a] = node.operands.map((operand) => values[operand]!) as [Float64Array];
    const apply = makeFunction(node, expression.nodes[node.operands[0]]!.type);
    const result = values[position]!;
    return (count: number): void => {
      for (let point = 0; point < count; point++) result[point] = apply(a[point]!, b[point]!, c[point]!);
    };
  });
  return (inputs, scalars, first, count) => {
    expression.nodes.forEach((node, position) => {
      const result = values[position]!;
      if (node.op === "input") {
        const input = inputs[node.index]!;
        for (let point = 0; point < count; point++) result[point] = input[point]!;
      } else if (node.op === "scalar") result.fill(scalars[node.index]!);
      else if (node.op === "constant") result.fill(wrapTo(node.type, node.value));
      else if (node.op === "index") for (let point = 0; point < count; point++) result[point] = first + point;
      else steps[position]!(count);
    });
    return values;
  };
}

/** Compiles an expression to a function of one point in float64: the meaning of every elementwise op. */
export function makeEvaluator(
  expression: Expression,
): (inputs: readonly number[], scalars: readonly number[], index: number) => number[] {
  const evaluate = makeBlockEvaluator(expression, 1);
  return (inputs, scalars, index) => {
    const values = evaluate(
      inputs.map((input) => [input]),
      scalars,
      index,
      1,
    );
    return expression.outputs.map(({ node, dtype }) => toStored(dtype, values[node]![0]!));
  };
}
