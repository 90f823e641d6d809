import type { Rules } from "../checks/rules.ts";
import { aBackend } from "../checks/rules.ts";
import type { Backend } from "../core/devices/backend.ts";
import { execute } from "../core/executor.ts";
import type { Tensor } from "../core/memory/tensor.ts";
import type { Op } from "../core/op.ts";
import type { Shape, Spec } from "../core/spec.ts";
import { checkShape } from "../core/spec.ts";
import type { DType } from "../expression/dtype.ts";
import type { Expression, Value } from "../expression/expression.ts";
import { buildExpression } from "../expression/expression.ts";
import type { KeyOptions } from "./key-options.ts";
import { drawKeyWords, keyRules } from "./key-options.ts";
import { randomWords } from "./threefry-expression.ts";

export interface DrawAttributes {
  readonly shape: Shape;
}

/** The key of the random numbers, and their backend. */
export interface RandomOptions extends KeyOptions {
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend | undefined;
}

export const randomRules: Rules<RandomOptions> = { ...keyRules, backend: aBackend };

export function computeDrawOutputs({ shape }: DrawAttributes, dtype: DType): Spec[] {
  checkShape(shape);
  return [{ shape, dtype }];
}

/** A distribution as a function of both random words and of parameters of the call. */
export function buildDraw(
  dtype: DType,
  body: (words: [Value, Value], ...parameters: Value[]) => Value,
  parameters: readonly ("f32" | "u32")[] = [],
): Expression {
  return buildExpression(
    { inputs: [], scalars: ["u32", "u32", ...parameters], outputs: [dtype] },
    (_, [seed, stream, ...values]) => body(randomWords(seed!, stream!), ...values),
  );
}

/** Calls an op that draws random numbers. The parameters of the distribution follow the key among the scalars. */
export function draw(
  op: Op<DrawAttributes>,
  shape: Shape,
  options: RandomOptions,
  parameters: readonly number[] = [],
): Tensor {
  checkShape(shape);
  const scalars = [...drawKeyWords(op.name, options), ...parameters];
  return execute(op, [], { shape: [...shape] }, { backend: options.backend, scalars })[0]!;
}
