import type { Tensor } from "@evenkeel/tensor";
import { checkValue } from "@evenkeel/tensor/checks";

/** The members of a parameter that `valueAndGrad` uses. */
export interface ModelParameter {
  readonly value: Tensor;
  /** False for frozen parameters: they get no gradient. */
  readonly trainable?: boolean;
}

/** Anything with parameters: modules of `@evenkeel/nn`, or your own objects. */
export interface Model<Parameter extends ModelParameter = ModelParameter> {
  parameters(): Iterable<Parameter>;
}

export function isModel(value: unknown): value is Model {
  return typeof (value as Partial<Model> | undefined)?.parameters === "function";
}

/** The parameters that gradients are computed for, each once, in the model's order. */
export function listTrainableParameters<Parameter extends ModelParameter>(
  model: Model<Parameter>,
): Parameter[] {
  checkValue("model", model, { expected: "one with parameters()", accepts: isModel });
  return [...new Set(model.parameters())].filter(({ trainable }) => trainable !== false);
}
