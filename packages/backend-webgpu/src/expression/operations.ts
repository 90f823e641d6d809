import type { ExpressionNode, ScalarType } from "@evenkeel/tensor";
import { nameScalar } from "./parameters.ts";
import type { FunctionName } from "./wgsl-function.ts";

/** The properties of the kernel that are needed to print a node. */
export interface PrintContext {
  /** Returns the name of a function of `functions.ts`, and adds its definition to the kernel. */
  use(name: FunctionName): string;
  /** The loaded value of an input. */
  input(index: number): string;
  /** The name of another node's value. */
  value(node: number): string;
  node(index: number): ExpressionNode;
}

export const vectorType: { readonly [type in ScalarType]: string } = {
  f32: "vec4f",
  i32: "vec4i",
  u32: "vec4u",
  bool: "vec4<bool>",
};

const words = new DataView(new ArrayBuffer(4));

/**
 * A constant in all four lanes. NaN and infinities, which WGSL rejects as constants, are made from their bits and a
 * zero that the compiler cannot know.
 */
export function printConstant(type: ScalarType, value: number): string {
  if (type === "bool") return `vec4<bool>(${value !== 0})`;
  if (type === "u32") return `vec4u(${value >>> 0}u)`;
  if (type === "i32") return `vec4i(i32(${value | 0}))`;
  const rounded = Math.fround(value);
  words.setFloat32(0, rounded);
  const bits = words.getUint32(0);
  if (!Number.isFinite(rounded)) return `bitcast<vec4f>(vec4u(${bits}u | p.zero))`;
  const isPlain = rounded > 0 ? rounded >= 2 ** -126 : rounded <= -(2 ** -126) || Object.is(rounded, 0);
  return isPlain ? `vec4f(${rounded}f)` : `bitcast<vec4f>(vec4u(${bits}u))`;
}

/** Built-in functions with the same meaning. */
const builtins: { readonly [op: string]: string } = {
  floor: "floor",
  ceil: "ceil",
  round: "round",
  trunc: "trunc",
};

const helpers: { readonly [op: string]: FunctionName } = {
  sqrt: "squareRoot",
  exp: "exponential",
  log: "logarithm",
  expm1: "expMinusOne",
  log1p: "logOnePlus",
  tanh: "hyperbolicTangent",
  erf: "errorFunction",
  isNan: "isNan",
};

const operators: { readonly [op: string]: string } = {
  add: "+",
  sub: "-",
  mul: "*",
  and: "&",
  or: "|",
  equal: "==",
  notEqual: "!=",
  less: "<",
  lessEqual: "<=",
  greater: ">",
  greaterEqual: ">=",
};

/** The operators among them that ask which operand is larger. */
const orders: ReadonlySet<string> = new Set(["less", "lessEqual", "greater", "greaterEqual"]);

/** Powers that are short as products, by their exponent. */
const shortPowers = new Map<number, (x: string) => string>([
  [-1, (x) => `vec4f(1f) / ${x}`],
  [1, (x) => x],
  [2, (x) => `${x} * ${x}`],
  [3, (x) => `${x} * ${x} * ${x}`],
]);

/** A node as a WGSL expression over vectors of four points. */
export function printNode(node: ExpressionNode, context: PrintContext): string {
  switch (node.op) {
    case "input":
      return context.input(node.index);
    case "scalar":
      return node.type === "bool"
        ? `vec4<bool>(p.${nameScalar(node.index)} != 0u)`
        : `${vectorType[node.type]}(p.${nameScalar(node.index)})`;
    case "constant":
      return printConstant(node.type, node.value);
    case "index":
      return "vec4u(at, at + 1u, at + 2u, at + 3u)";
    default:
      return printOperation(node, context);
  }
}

type Operation = Extract<ExpressionNode, { operands: unknown }>;

function printOperation(node: Operation, context: PrintContext): string {
  const { op, type } = node;
  const from = context.node(node.operands[0]).type;
  const [a, b = "", c = ""] = node.operands.map((operand) => context.value(operand)) as [string];
  const builtin = builtins[op];
  if (builtin !== undefined) return `${builtin}(${a})`;
  const helper = helpers[op];
  if (helper !== undefined) return `${context.use(helper)}(${a})`;
  const operator = operators[op];
  if (operator !== undefined) return printOperator(operator, op, from, a, b);
  switch (op) {
    case "neg":
      return type === "u32" ? `vec4u() - ${a}` : `-${a}`;
    case "abs":
      return `abs(${a})`;
    case "not":
      return type === "bool" ? `!${a}` : `~${a}`;
    case "xor":
      return type === "bool" ? `${a} != ${b}` : `${a} ^ ${b}`;
    case "sin":
      return `${context.use("sineOfTurned")}(${a}, 0i)`;
    case "cos":
      return `${context.use("sineOfTurned")}(${a}, 1i)`;
    case "div":
      return type === "f32" ? `${a} / ${b}` : printIntegerDivision("/", type, a, b);
    case "rem":
      return type === "f32"
        ? `${context.use("remainder")}(${a}, ${b})`
        : printIntegerDivision("%", type, a, b);
    case "min":
    case "max":
      return printExtreme(node, context, a, b);
    case "pow":
      return printPower(context.node(node.operands[1]!), context, a, b);
    case "atan2":
      return `${context.use("angle")}(${a}, ${b})`;
    case "shiftLeft":
      return `${a} << (vec4u(${b}) & vec4u(31u))`;
    case "shiftRight":
      return `${a} >> (vec4u(${b}) & vec4u(31u))`;
    case "select":
      return `select(${c}, ${b}, ${a})`;
    case "cast":
      return printCast(from, type, context, a);
    case "bitcast":
      return `bitcast<${vectorType[type]}>(${a})`;
    default:
      throw new TypeError(`no WGSL for ${op}`);
  }
}

/** Booleans are ordered here, but not in WGSL. NaN differs from itself, which compilers respect in a negated test only. */
function printOperator(operator: string, op: string, from: ScalarType, a: string, b: string): string {
  if (op === "notEqual" && from === "f32") return `!(${a} == ${b})`;
  const number = (x: string): string =>
    from === "bool" && orders.has(op) ? `select(vec4u(), vec4u(1u), ${x})` : x;
  return `${number(a)} ${operator} ${number(b)}`;
}

/** A quotient or remainder by 0 is 0, where WGSL returns the dividend. */
function printIntegerDivision(operator: string, type: ScalarType, a: string, b: string): string {
  const vector = vectorType[type];
  return `select(${a} ${operator} select(${b}, ${vector}(1), ${b} == ${vector}()), ${vector}(), ${b} == ${vector}())`;
}

/** NaN if either operand is NaN. A constant operand needs no test. */
function printExtreme(node: Operation, context: PrintContext, a: string, b: string): string {
  const name = node.op as "min" | "max";
  if (node.type !== "f32") return `${name}(${a}, ${b})`;
  const isNumber = (operand: number): boolean => {
    const other = context.node(operand);
    return other.op === "constant" && !Number.isNaN(other.value);
  };
  const [first, second] = node.operands as readonly [number, number];
  const plain = `${name}(${a}, ${b})`;
  if (isNumber(second)) return `select(${plain}, ${a}, ${context.use("isNan")}(${a}))`;
  if (isNumber(first)) return `select(${plain}, ${b}, ${context.use("isNan")}(${b}))`;
  return `${context.use(name === "min" ? "minimum" : "maximum")}(${a}, ${b})`;
}

function printPower(exponent: ExpressionNode, context: PrintContext, a: string, b: string): string {
  const short = exponent.op === "constant" ? shortPowers.get(exponent.value) : undefined;
  return short === undefined ? `${context.use("power")}(${a}, ${b})` : short(a);
}

function printCast(from: ScalarType, to: ScalarType, context: PrintContext, a: string): string {
  const vector = vectorType[to];
  if (to === "bool") {
    // Tested by bits, because a comparison may flush subnormal numbers to 0.
    return from === "f32"
      ? `(bitcast<vec4u>(${a}) << vec4u(1u)) != vec4u()`
      : `${a} != ${vectorType[from]}()`;
  }
  if (from === "bool") return `select(${vector}(), ${vector}(1), ${a})`;
  if (from === "f32" && to !== "f32") return `${context.use(to === "i32" ? "toI32" : "toU32")}(${a})`;
  return `${vector}(${a})`;
}
