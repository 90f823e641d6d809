import { DTypeError } from "../checks/errors.ts";
import type { ScalarType } from "./dtype.ts";
import type { BinaryFunction, Comparison, UnaryFunction, Value } from "./expression.ts";

/** A value, or a number that takes the type of the other operand. */
export type Operand = Value | number;

const isNumber = (operand: Operand): operand is number => typeof operand === "number";

/** Gives numbers the type of the first value among the operands; throws DTypeError when two values differ in type. */
function unify(name: string, ...operands: Operand[]): Value[] {
  const typed = operands.find((operand): operand is Value => !isNumber(operand));
  if (typed === undefined) throw new DTypeError(`${name}: found only numbers, expected at least one value`);
  return operands.map((operand) => {
    if (isNumber(operand)) return typed.builder.constant(operand, typed.type);
    if (operand.type !== typed.type) {
      throw new DTypeError(`${name}: found ${typed.type} and ${operand.type}, expected one type`);
    }
    return operand;
  });
}

function unary(op: UnaryFunction, x: Value, type: ScalarType = x.type): Value {
  return x.builder.add({ op, type, operands: [x.node] });
}

function binary(op: BinaryFunction, a: Operand, b: Operand): Value {
  const [x, y] = unify(op, a, b) as [Value, Value];
  return x.builder.add({ op, type: x.type, operands: [x.node, y.node] });
}

function compare(op: Comparison, a: Operand, b: Operand): Value {
  const [x, y] = unify(op, a, b) as [Value, Value];
  return x.builder.add({ op, type: "bool", operands: [x.node, y.node] });
}

export const neg = (x: Value): Value => unary("neg", x);
export const abs = (x: Value): Value => unary("abs", x);
export const floor = (x: Value): Value => unary("floor", x);
export const ceil = (x: Value): Value => unary("ceil", x);
/** The nearest integer; ties are rounded to even. */
export const round = (x: Value): Value => unary("round", x);
export const trunc = (x: Value): Value => unary("trunc", x);
export const sqrt = (x: Value): Value => unary("sqrt", x);
export const exp = (x: Value): Value => unary("exp", x);
export const expm1 = (x: Value): Value => unary("expm1", x);
export const log = (x: Value): Value => unary("log", x);
export const log1p = (x: Value): Value => unary("log1p", x);
export const sin = (x: Value): Value => unary("sin", x);
export const cos = (x: Value): Value => unary("cos", x);
export const tanh = (x: Value): Value => unary("tanh", x);
export const erf = (x: Value): Value => unary("erf", x);
export const isNan = (x: Value): Value => unary("isNan", x, "bool");
/** Logical for bool, bitwise for integers. */
export const not = (x: Value): Value => unary("not", x);

export const add = (a: Operand, b: Operand): Value => binary("add", a, b);
export const sub = (a: Operand, b: Operand): Value => binary("sub", a, b);
export const mul = (a: Operand, b: Operand): Value => binary("mul", a, b);
export const div = (a: Operand, b: Operand): Value => binary("div", a, b);
/** The remainder of the truncated quotient: it has the sign of `a`. */
export const rem = (a: Operand, b: Operand): Value => binary("rem", a, b);
export const min = (a: Operand, b: Operand): Value => binary("min", a, b);
export const max = (a: Operand, b: Operand): Value => binary("max", a, b);
export const pow = (a: Operand, b: Operand): Value => binary("pow", a, b);
/** The angle of the point (b, a): that of a / b where b is positive. */
export const atan2 = (a: Operand, b: Operand): Value => binary("atan2", a, b);
export const and = (a: Operand, b: Operand): Value => binary("and", a, b);
export const or = (a: Operand, b: Operand): Value => binary("or", a, b);
export const xor = (a: Operand, b: Operand): Value => binary("xor", a, b);
export const shiftLeft = (a: Operand, b: Operand): Value => binary("shiftLeft", a, b);
export const shiftRight = (a: Operand, b: Operand): Value => binary("shiftRight", a, b);
export const rotateLeft = (x: Value, bits: number): Value => or(shiftLeft(x, bits), shiftRight(x, 32 - bits));

export const equal = (a: Operand, b: Operand): Value => compare("equal", a, b);
export const notEqual = (a: Operand, b: Operand): Value => compare("notEqual", a, b);
export const less = (a: Operand, b: Operand): Value => compare("less", a, b);
export const lessEqual = (a: Operand, b: Operand): Value => compare("lessEqual", a, b);
export const greater = (a: Operand, b: Operand): Value => compare("greater", a, b);
export const greaterEqual = (a: Operand, b: Operand): Value => compare("greaterEqual", a, b);

/** `yes` if the condition is true, otherwise `no`. Both are evaluated. */
export function select(condition: Value, yes: Operand, no: Operand): Value {
  const [x, y] = (
    isNumber(yes) && isNumber(no)
      ? [condition.builder.constant(yes, "f32"), condition.builder.constant(no, "f32")]
      : unify("select", yes, no)
  ) as [Value, Value];
  return condition.builder.add({ op: "select", type: x.type, operands: [condition.node, x.node, y.node] });
}

export function cast(x: Value, type: ScalarType): Value {
  return x.type === type ? x : x.builder.add({ op: "cast", type, operands: [x.node] });
}

/** Reinterprets the same 32 bits as another type. */
export function bitcast(x: Value, type: "f32" | "i32" | "u32"): Value {
  return x.type === type ? x : x.builder.add({ op: "bitcast", type, operands: [x.node] });
}

/** The row-major position in the output, as u32. */
export const indexLike = (x: Value): Value => x.builder.add({ op: "index", type: "u32" });

export const constantLike = (x: Value, value: number, type: ScalarType = x.type): Value =>
  x.builder.constant(value, type);

/**
 * 1 / (1 + exp(-x)), computed from exp(-|x|): neither it nor its derivatives overflow, and small values keep their
 * digits. One condition selects between the branches, so that each is differentiated as a whole.
 */
export function sigmoid(x: Value): Value {
  const positive = greaterEqual(x, 0);
  const z = exp(select(positive, neg(x), x));
  return div(select(positive, constantLike(x, 1), z), add(1, z));
}
