import type { DType, ScalarType } from "./dtype.ts";
import { getComputeType } from "./dtype.ts";

export type UnaryFunction =
  | "neg"
  | "abs"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tanh"
  | "erf"
  | "isNan"
  | "not";
export type BinaryFunction =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "min"
  | "max"
  | "pow"
  | "atan2"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRight";
export type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

/**
 * One step of an expression. `add` to `max` take f32, i32 or u32 (integers wrap; `div` and `rem` truncate, and for
 * integers divided by 0 they return 0; `min` and `max` of floats return NaN if either is NaN); `pow`, `atan2` and the
 * transcendental functions take f32; `round` rounds ties to even; `and`, `or`, `xor` take integers or bool;
 * `shiftRight` is arithmetic for i32. `cast` to an integer truncates and saturates, and NaN becomes 0. `index` is the
 * row-major position in the output, as u32.
 */
export type ExpressionNode =
  | { readonly op: "input" | "scalar"; readonly type: ScalarType; readonly index: number }
  | { readonly op: "constant"; readonly type: ScalarType; readonly value: number }
  | { readonly op: "index"; readonly type: "u32" }
  | {
      readonly op: UnaryFunction | "cast" | "bitcast";
      readonly type: ScalarType;
      readonly operands: readonly [number];
    }
  | {
      readonly op: BinaryFunction | Comparison;
      readonly type: ScalarType;
      readonly operands: readonly [number, number];
    }
  | {
      readonly op: "select";
      readonly type: ScalarType;
      readonly operands: readonly [condition: number, yes: number, no: number];
    };

/** A function of scalars as plain data, in single-assignment form: each node comes after its operands. */
export interface Expression {
  /** The dtype in which each input is stored. */
  readonly inputs: readonly DType[];
  readonly scalars: readonly ScalarType[];
  readonly nodes: readonly ExpressionNode[];
  readonly outputs: readonly { readonly node: number; readonly dtype: DType }[];
  /** A text that is equal only for equal expressions. Backends cache compiled code by it. */
  readonly key: string;
  /** Returns the key, so that attributes with an expression have short cache keys. */
  toJSON(): string;
}

export function listOperands(node: ExpressionNode): readonly number[] {
  return "operands" in node ? node.operands : [];
}

/** A value while an expression is being built. */
export interface Value {
  readonly builder: ExpressionBuilder;
  readonly node: number;
  readonly type: ScalarType;
}

/** Collects the distinct nodes of an expression. Use `buildExpression`. */
export class ExpressionBuilder {
  readonly nodes: ExpressionNode[] = [];
  private readonly known = new Map<string, number>();

  add(node: ExpressionNode): Value {
    const key = makeNodeKey(node);
    let index = this.known.get(key);
    if (index === undefined) {
      index = this.nodes.push(node) - 1;
      this.known.set(key, index);
    }
    return { builder: this, node: index, type: node.type };
  }

  constant(value: number, type: ScalarType): Value {
    return this.add({ op: "constant", type, value });
  }

  /** Returns the expression of these outputs: the nodes that they need, in order. */
  finish(
    inputs: readonly DType[],
    scalars: readonly ScalarType[],
    outputs: readonly { readonly value: Value; readonly dtype: DType }[],
  ): Expression {
    const used = new Set<number>();
    const visit = (node: number): void => {
      if (used.has(node)) return;
      used.add(node);
      listOperands(this.nodes[node]!).forEach(visit);
    };
    for (const { value } of outputs) visit(value.node);
    const renumbered = new Map([...used].sort((a, b) => a - b).map((node, position) => [node, position]));
    const nodes = [...renumbered.keys()].map((index) => {
      const node = this.nodes[index]!;
      if (!("operands" in node)) return node;
      return {
        ...node,
        operands: node.operands.map((operand) => renumbered.get(operand)!),
      } as unknown as ExpressionNode;
    });
    const results = outputs.map(({ value, dtype }) => ({ node: renumbered.get(value.node)!, dtype }));
    const key = [
      inputs.join(),
      scalars.join(),
      nodes.map(makeNodeKey).join(";"),
      results.map(({ node, dtype }) => `${node}${dtype}`).join(),
    ].join("|");
    return { inputs, scalars, nodes, outputs: results, key, toJSON: () => key };
  }
}

function makeNodeKey(node: ExpressionNode): string {
  const detail =
    "operands" in node
      ? node.operands.join()
      : "value" in node
        ? Object.is(node.value, -0)
          ? "-0"
          : String(node.value)
        : "index" in node
          ? String(node.index)
          : "";
  return `${node.op}:${node.type}:${detail}`;
}

/**
 * Builds an expression from a function of its inputs and scalars.
 *
 * @param outputs the stored dtypes of the results; default: the types in which they are computed
 * @example buildExpression({ inputs: ["f32"] }, ([x]) => e.max(x, 0)) // relu
 */
export function buildExpression(
  signature: {
    readonly inputs: readonly DType[];
    readonly scalars?: readonly ScalarType[];
    readonly outputs?: readonly DType[];
  },
  body: (inputs: Value[], scalars: Value[]) => Value | Value[],
): Expression {
  const builder = new ExpressionBuilder();
  const scalarTypes = signature.scalars ?? [];
  const inputs = signature.inputs.map((dtype, index) =>
    builder.add({ op: "input", type: getComputeType(dtype), index }),
  );
  const scalars = scalarTypes.map((type, index) => builder.add({ op: "scalar", type, index }));
  const results = [body(inputs, scalars)].flat();
  return builder.finish(
    signature.inputs,
    scalarTypes,
    results.map((value, index) => ({ value, dtype: signature.outputs?.[index] ?? value.type })),
  );
}

/** Writes an expression into another builder, over the given values. Returns the values of its outputs. */
export function inlineExpression(
  expression: Expression,
  builder: ExpressionBuilder,
  inputs: readonly Value[],
  scalars: readonly Value[],
): Value[] {
  const values = inlineNodes(expression, builder, inputs, scalars);
  return expression.outputs.map(({ node }) => values[node]!);
}

/** The value of every node of an expression, written into another builder. */
export function inlineNodes(
  expression: Expression,
  builder: ExpressionBuilder,
  inputs: readonly Value[],
  scalars: readonly Value[],
): Value[] {
  const values: Value[] = [];
  for (const node of expression.nodes) {
    if (node.op === "input") values.push(inputs[node.index]!);
    else if (node.op === "scalar") values.push(scalars[node.index]!);
    else if (!("operands" in node)) values.push(builder.add(node));
    else {
      const operands = node.operands.map((operand) => values[operand]!.node);
      values.push(builder.add({ ...node, operands } as unknown as ExpressionNode));
    }
  }
  return values;
}

/** The same expression over some of its inputs. The others must not be read. */
export function keepInputs(expression: Expression, kept: readonly number[]): Expression {
  const nodes = expression.nodes.map((node) =>
    node.op === "input" ? { ...node, index: kept.indexOf(node.index) } : node,
  );
  const key = `${expression.key}|${kept.join()}`;
  return {
    ...expression,
    inputs: kept.map((input) => expression.inputs[input]!),
    nodes,
    key,
    toJSON: () => key,
  };
}
