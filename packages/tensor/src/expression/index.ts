export { differentiate, listInputsRead } from "./differentiate.ts";
export { makeBlockEvaluator, makeEvaluator } from "./evaluate.ts";
export type {
  BinaryFunction,
  Comparison,
  Expression,
  ExpressionNode,
  UnaryFunction,
  Value,
} from "./expression.ts";
export {
  buildExpression,
  ExpressionBuilder,
  inlineExpression,
  listOperands,
} from "./expression.ts";
export type { Operand } from "./functions.ts";
export * as e from "./functions.ts";
