export { differentiate, inputsRead } from "./differentiate.ts";
export { blockEvaluator, evaluator } from "./evaluate.ts";
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
  operandsOf,
} from "./expression.ts";
export type { Operand } from "./functions.ts";
export * as e from "./functions.ts";
