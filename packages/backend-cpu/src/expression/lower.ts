import type { Expression, ExpressionNode, Value } from "@evenkeel/tensor";
import { ExpressionBuilder, e, getComputeType, makeEvaluator } from "@evenkeel/tensor";
import { cos, sin } from "./functions/circular.ts";
import { divideSigned, remainder } from "./functions/division.ts";
import { erf } from "./functions/error-function.ts";
import { exp, expm1 } from "./functions/exponential.ts";
import { tanh } from "./functions/hyperbolic.ts";
import { atan2 } from "./functions/inverse-tangent.ts";
import { log, log1p } from "./functions/logarithm.ts";
import { pow } from "./functions/power.ts";
import type { FunctionNode } from "./vector-operations.ts";

type Lowering = (a: Value, b: Value) => Value;

const transcendental: { readonly [op: string]: Lowering | undefined } = {
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  erf,
  pow,
  atan2,
};

/**
 * The same function of its inputs in the few nodes that have instructions: transcendental functions and divisions of
 * integers become arithmetic, nodes of constants become constants, and outputs have the type they are stored from.
 */
export function lower(expression: Expression): Expression {
  const builder = new ExpressionBuilder();
  const values: Value[] = [];
  for (const node of expression.nodes) {
    values.push(
      "operands" in node ? lowerNode(builder, node, listOperands(node, values)) : builder.add(node),
    );
  }
  return builder.finish(
    expression.inputs,
    expression.scalars,
    expression.outputs.map(({ node, dtype }) => ({
      value: e.cast(values[node]!, getComputeType(dtype)),
      dtype,
    })),
  );
}

const listOperands = (node: FunctionNode, values: readonly Value[]): Value[] =>
  node.operands.map((operand) => values[operand]!);

function lowerNode(builder: ExpressionBuilder, node: FunctionNode, operands: readonly Value[]): Value {
  const folded = foldConstants(builder, node, operands);
  if (folded !== undefined) return builder.constant(folded, node.type);
  const [a, b] = operands as [Value, Value];
  const lowering = transcendental[node.op];
  if (lowering !== undefined) return lowering(a, b);
  if (node.op === "div" && node.type === "i32") return divideSigned(a, b);
  if (node.op === "rem") return remainder(a, b);
  return builder.add({ ...node, operands: operands.map(({ node }) => node) } as unknown as ExpressionNode);
}

/** The value of a node whose operands are all constants. */
function foldConstants(
  builder: ExpressionBuilder,
  node: FunctionNode,
  operands: readonly Value[],
): number | undefined {
  const constants = operands.map((operand) => builder.nodes[operand.node]!);
  if (!constants.every(({ op }) => op === "constant")) return undefined;
  const single = new ExpressionBuilder();
  const values = constants.map((constant) => single.add(constant));
  const value = single.add({
    ...node,
    operands: values.map(({ node }) => node),
  } as unknown as ExpressionNode);
  const [result] = makeEvaluator(single.finish([], [], [{ value, dtype: node.type }]))([], [], 0);
  return node.type === "f32" ? Math.fround(result!) : result;
}
