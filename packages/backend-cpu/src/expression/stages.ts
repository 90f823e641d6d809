import type { Expression, ExpressionNode } from "@evenkeel/tensor";
import { listOperands } from "@evenkeel/tensor";

/** How often a node's value changes: once per call, per row, or per element. */
export const stages = { call: 0, row: 1, element: 2 } as const;
export type Stage = (typeof stages)[keyof typeof stages];

function findStage(node: ExpressionNode, innermost: readonly (0 | 1)[]): Stage {
  if (node.op === "index") return stages.element;
  if (node.op === "input") return innermost[node.index] === 1 ? stages.element : stages.row;
  return stages.call;
}

/** The stage of each node: the latest among its own and those of its operands. */
export function cutIntoStages(expression: Expression, innermost: readonly (0 | 1)[]): Stage[] {
  const result: Stage[] = [];
  for (const node of expression.nodes) {
    const ofOperands = listOperands(node).map((operand) => result[operand]!);
    result.push(Math.max(findStage(node, innermost), ...ofOperands) as Stage);
  }
  return result;
}
