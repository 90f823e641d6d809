export { differentiate, inputsRead } from "./differentiate.ts";
export { blockEvaluator, evaluator, toStored } from "./evaluate.ts";
export type {
  BinaryFunction,
  Comparison,
  Expression,
  ExpressionNode,
  ScalarType,
  UnaryFunction,
  Value,
} from "./expression.ts";
export {
  buildExpression,
  computeType,
  ExpressionBuilder,
  inlineExpression,
  operandsOf,
} from "./expression.ts";
export type { Operand } from "./functions.ts";
export * as e from "./functions.ts";
